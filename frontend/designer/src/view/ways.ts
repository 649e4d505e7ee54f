// The way a link takes: right angles with round corners, through the gaps between rows and past the steps of a column. Pure.
import { getSmoothStepPath, Position } from "@xyflow/react";
import type { LinkData } from "./elements";

const RADIUS = 8;
const OFFSET = 22;
const APART = 6;
const LEAST_GAP = 30;
const HALF_ROW = 46 + 30; // from where a link comes in to the middle of the gap above its row
const STUB = 36; // below the words of the ports
const ABOVE = 14;

interface Ends {
  sourceX: number;
  sourceY: number;
  sourcePosition: Position;
  targetX: number;
  targetY: number;
  targetPosition: Position;
}

type Turns = Pick<LinkData, "lane" | "rank" | "isForAll">;

/** An SVG path. `rank` keeps links of one step apart; `lane` (pixels) is the side on which a link passes others. */
export function wayOf(ends: Ends, turns: Turns | undefined): string {
  const { sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition } = ends;
  if (turns?.lane !== undefined && turns.lane !== null) return roundPath(besides(ends, turns.lane));
  if (turns?.isForAll && isBelow(ends)) return roundPath(throughTheGap(ends));
  const isBack = sourcePosition === Position.Right && targetPosition === Position.Left && targetX < sourceX + LEAST_GAP;
  const centerY = isBack ? targetY + (targetY > sourceY ? -HALF_ROW : HALF_ROW) : undefined;
  const [path] = getSmoothStepPath({
    sourceX,
    sourceY,
    sourcePosition,
    targetX,
    targetY,
    targetPosition,
    borderRadius: RADIUS,
    offset: OFFSET + APART * (turns?.rank ?? 0),
    ...(centerY === undefined ? {} : { centerY: centerY + APART * (turns?.rank ?? 0) }),
  });
  return path;
}

function isBelow({ sourceX, sourceY, sourcePosition, targetX, targetY }: Ends): boolean {
  return sourcePosition === Position.Bottom && targetX > sourceX + LEAST_GAP && targetY > sourceY + STUB;
}

/** Down into the gap below the row, along it, and down to the target: behind no step. */
function throughTheGap({ sourceX, sourceY, targetX, targetY }: Ends): [number, number][] {
  const [turn, gap] = [targetX - OFFSET, sourceY + STUB];
  return [[sourceX, sourceY], [sourceX, gap], [turn, gap], [turn, targetY], [targetX, targetY]];
}

/** Down, to the lane, along it, and back above the target. */
function besides({ sourceX, sourceY, sourcePosition, targetX, targetY }: Ends, lane: number): [number, number][] {
  const isDown = sourcePosition === Position.Bottom;
  const start: [number, number][] = isDown ? [[sourceX, sourceY], [sourceX, sourceY + STUB]] : [[sourceX, sourceY]];
  const from = isDown ? sourceY + STUB : sourceY;
  return [...start, [lane, from], [lane, targetY - ABOVE], [targetX, targetY - ABOVE], [targetX, targetY]];
}

/** Straight lines through the points, with round corners. */
export function roundPath(points: readonly [number, number][]): string {
  const parts = [`M${points[0]![0]} ${points[0]![1]}`];
  for (let index = 1; index < points.length - 1; index += 1) {
    const [before, corner, after] = [points[index - 1]!, points[index]!, points[index + 1]!];
    const [start, end] = [towards(corner, before), towards(corner, after)];
    parts.push(`L${start[0]} ${start[1]}Q${corner[0]} ${corner[1]} ${end[0]} ${end[1]}`);
  }
  const last = points.at(-1)!;
  return `${parts.join("")}L${last[0]} ${last[1]}`;
}

function towards([x, y]: readonly [number, number], [otherX, otherY]: readonly [number, number]): [number, number] {
  const length = Math.hypot(otherX - x, otherY - y);
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return [x + (otherX - x) * part, y + (otherY - y) * part];
}
