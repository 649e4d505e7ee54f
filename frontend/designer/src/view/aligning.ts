// Where what is chosen stands once it is aligned or spread: same edges or middles, same gaps, nothing on top of anything. Pure.
import type { Point } from "../model/types";

export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Alignment = "left" | "middle" | "right" | "top" | "centre" | "bottom" | "across" | "down";

/** What can be asked for, in the order it is offered. `least`: so many must be chosen. */
export const ALIGNMENTS: readonly { how: Alignment; label: string; note: string; least: number }[] = [
  { how: "left", label: "Left edges", note: "one below the other, as far left as the first", least: 2 },
  { how: "middle", label: "Middles, one below the other", note: "on one line down", least: 2 },
  { how: "right", label: "Right edges", note: "one below the other, as far right as the last", least: 2 },
  { how: "top", label: "Top edges", note: "side by side, as high as the highest", least: 2 },
  { how: "centre", label: "Middles, side by side", note: "on one line across", least: 2 },
  { how: "bottom", label: "Bottom edges", note: "side by side, as low as the lowest", least: 2 },
  { how: "across", label: "Same gaps across", note: "between the leftmost and the rightmost", least: 3 },
  { how: "down", label: "Same gaps down", note: "between the highest and the lowest", least: 3 },
];

const GAP = { x: 72, y: 48 };
type Axis = "x" | "y";
const SIZE = { x: "width", y: "height" } as const;

/** The new places of those that move, in whole pixels. */
export function align(boxes: readonly Box[], how: Alignment): Map<string, Point> {
  const found = how === "across" ? spread(boxes, "x") : how === "down" ? spread(boxes, "y") : apart(lineUp(boxes, how), isColumn(how) ? "y" : "x");
  const before = new Map(boxes.map((box) => [box.id, box]));
  const rounded = found.map((box): [string, Point] => [box.id, [Math.round(box.x), Math.round(box.y)]]);
  return new Map(rounded.filter(([id, [x, y]]) => isElsewhere(before.get(id), x, y)));
}

const isElsewhere = (box: Box | undefined, x: number, y: number) => !box || Math.round(box.x) !== x || Math.round(box.y) !== y;
const isColumn = (how: Alignment) => how === "left" || how === "middle" || how === "right";

function lineUp(boxes: readonly Box[], how: Alignment): Box[] {
  const axis: Axis = isColumn(how) ? "x" : "y";
  const size = SIZE[axis];
  const low = Math.min(...boxes.map((box) => box[axis]));
  const high = Math.max(...boxes.map((box) => box[axis] + box[size]));
  const share = how === "left" || how === "top" ? 0 : how === "right" || how === "bottom" ? 1 : 0.5;
  return boxes.map((box) => ({ ...box, [axis]: low + (high - low - box[size]) * share }));
}

/** In the order they stand along the axis, pushed on where one would stand on the one before. */
function apart(boxes: readonly Box[], axis: Axis): Box[] {
  const other: Axis = axis === "x" ? "y" : "x";
  const inOrder = [...boxes].sort((one, next) => one[axis] - next[axis] || one[other] - next[other]);
  let end = -Infinity;
  return inOrder.map((box) => {
    const at = box[axis] < end ? end + GAP[axis] : box[axis];
    end = at + box[SIZE[axis]];
    return { ...box, [axis]: at };
  });
}

/** Same gaps between the first and the last, which stay; where there is no room for any, the least gap. */
function spread(boxes: readonly Box[], axis: Axis): Box[] {
  const size = SIZE[axis];
  const inOrder = [...boxes].sort((one, next) => one[axis] + one[size] / 2 - (next[axis] + next[size] / 2));
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  if (!first || !last) return [];
  const room = last[axis] + last[size] - first[axis] - inOrder.reduce((sum, box) => sum + box[size], 0);
  const gap = inOrder.length > 1 ? room / (inOrder.length - 1) : 0;
  const step = gap > 0 ? gap : GAP[axis];
  let at = first[axis];
  return inOrder.map((box) => {
    const placed = { ...box, [axis]: at };
    at += box[size] + step;
    return placed;
  });
}
