// Makes what the drawing library shows of the flow: nodes and links. What did not change keeps its identity.
import { Position, type Edge, type Node } from "@xyflow/react";
import type { FlowDocument, Point } from "../model/types";
import { isForAllErrors } from "./flow";
import { shapeOf, type PortPlace, type StepShape } from "./ports";
import type { CanvasStep, Orientation } from "./types";

export type StepData = { step: CanvasStep; shape: StepShape; label: string; orientation: Orientation };
export type StepElement = Node<StepData, "step">;
export type NoteElement = Node<{ text: string }, "note">;
export type GroupElement = Node<{ title: string; steps: string[] }, "frame">;
export type Element = StepElement | NoteElement | GroupElement;
/** `rank` counts the links of a step from its last port; `lane` is where a link passes the steps of a column, if it does. */
export type LinkData = { port: string; isError: boolean; isTaken: boolean; isForAll: boolean; title: string; rank: number; lane: number | null };
export type LinkElement = Edge<LinkData, "link">;

export const NOTE_PREFIX = "note:";
export const GROUP_PREFIX = "group:";
const NOTE_SIZE: Point = [180, 80];
const FRAME = { side: 20, top: 38 };
const HANDLE = 12;
const LANES = 4;
const LANE_GAP = 11;

interface Input {
  document: FlowDocument;
  steps: readonly CanvasStep[];
  places: ReadonlyMap<string, Point>;
  orientation: Orientation;
  isEditable: boolean;
  nameOf: (step: CanvasStep) => string;
}

/** Frames first, then notes, then steps in reading order, which is the order in which they are read out. */
export function makeNodes(input: Input): Element[] {
  const steps = input.steps.map((step) => makeStep(step, input));
  const byKey = new Map(steps.map((node) => [node.id, node]));
  const isWide = input.orientation === "wide";
  const notes = isWide ? Object.entries(input.document.notes ?? {}).map(([id, note]) => makeNote(id, note, input)) : [];
  const groups = isWide ? Object.entries(input.document.layout?.groups ?? {}) : [];
  const frames = groups.flatMap(([id, group]) => makeFrame(id, group, byKey, input) ?? []);
  return [...frames, ...notes, ...steps];
}

function makeStep(step: CanvasStep, input: Input): StepElement {
  const shape = shapeOf(step, input.orientation);
  const [x, y] = input.places.get(step.key) ?? [0, 0];
  return {
    id: step.key,
    type: "step",
    position: { x, y },
    width: shape.width,
    height: shape.height,
    data: { step, shape, label: input.nameOf(step), orientation: input.orientation },
    handles: handlesOf(step, shape, input.orientation),
    draggable: input.isEditable && input.orientation === "wide",
    ...({ domAttributes: { "aria-roledescription": undefined } } as object),
  };
}

function handlesOf(step: CanvasStep, shape: StepShape, orientation: Orientation): StepElement["handles"] {
  const size = { width: HANDLE, height: HANDLE };
  const isTall = orientation === "tall";
  const entry = isTall ? { x: shape.width / 2 - 1, y: -1 } : { x: -1, y: entryOf(shape) - 1 };
  const ports = shape.ports.map((port) => ({ id: port.port, type: "source" as const, ...size, ...sideOf(port, shape) }));
  if (step.isTrigger) return ports;
  return [{ id: "in", type: "target" as const, width: 2, height: 2, ...entry, position: isTall ? Position.Top : Position.Left }, ...ports];
}

/** How far from the top links come in at the left. */
export function entryOf(shape: StepShape): number {
  return Math.min(shape.height / 2, 46);
}

function sideOf(port: PortPlace, shape: StepShape): { x: number; y: number; position: Position } {
  if (port.side === "right") return { x: shape.width - HANDLE / 2, y: port.offset - HANDLE / 2, position: Position.Right };
  return { x: port.offset - HANDLE / 2, y: shape.height - HANDLE / 2, position: Position.Bottom };
}

function makeNote(id: string, note: { text?: string; at?: Point; size?: Point }, input: Input): NoteElement {
  const [x, y] = note.at ?? [0, 0];
  const [width, height] = note.size ?? NOTE_SIZE;
  const data = { text: note.text ?? "" };
  return { id: NOTE_PREFIX + id, type: "note", position: { x, y }, width, height, data, draggable: input.isEditable, connectable: false };
}

function makeFrame(
  id: string,
  group: { title?: string; steps?: string[] },
  steps: Map<string, StepElement>,
  input: Input,
): GroupElement | null {
  const members = (group.steps ?? []).flatMap((key) => steps.get(key) ?? []);
  if (members.length === 0) return null;
  const left = Math.min(...members.map((node) => node.position.x)) - FRAME.side;
  const top = Math.min(...members.map((node) => node.position.y)) - FRAME.top;
  const right = Math.max(...members.map((node) => node.position.x + (node.width ?? 0))) + FRAME.side;
  const bottom = Math.max(...members.map((node) => node.position.y + (node.height ?? 0))) + FRAME.side;
  return {
    id: GROUP_PREFIX + id,
    type: "frame",
    position: { x: left, y: top },
    width: right - left,
    height: bottom - top,
    data: { title: group.title ?? "", steps: members.map((node) => node.id) },
    draggable: input.isEditable,
    connectable: false,
    zIndex: -1,
  };
}

export function linkId(source: string, port: string): string {
  return `${source}>${port}`;
}

/** One link a port. `taken` are those a run went along, null where no run is shown; they are drawn over all others. */
export function makeLinks(
  steps: readonly CanvasStep[],
  taken: ReadonlySet<string> | null,
  isEditable: boolean,
  column: { left: number; right: number } | null = null,
): LinkElement[] {
  const order = new Map(steps.map((step, index) => [step.key, index]));
  const lanes = { left: 0, right: 0 };
  const laneOf = (source: string, port: string, target: string): number | null => {
    const by = (order.get(target) ?? 0) - (order.get(source) ?? 0);
    if (!column || by === 1) return null;
    const side = port === "error" || by < 0 ? "right" : "left";
    const away = LANE_GAP * (1 + (lanes[side]++ % LANES));
    return side === "left" ? column.left - away : column.right + away;
  };
  const known = new Set(steps.map((step) => step.key));
  const titles = new Map(steps.map((step) => [step.key, step.info.title]));
  const links = steps.flatMap((step) =>
    step.links
      .filter((link) => known.has(link.target))
      .map((link, index, all): LinkElement => {
        const rank = all.filter((each) => each.port !== "error").length - 1 - index;
        const lane = laneOf(step.key, link.port, link.target);
        const id = linkId(step.key, link.port);
        const isError = link.port === "error";
        const title = `${step.info.title}, ${link.label || link.port}, to ${titles.get(link.target)}`;
        const isForAll = isForAllErrors(step.key, link.port);
        const isTaken = taken?.has(id) ?? false;
        return {
          id,
          type: "link",
          source: step.key,
          sourceHandle: link.port,
          target: link.target,
          targetHandle: "in",
          className: `cv-link${isError ? " cv-link--error" : ""}${isForAll ? " cv-link--all" : ""}${isTaken ? " cv-link--taken" : ""}`,
          markerEnd: isError ? "cv-tip-error" : isTaken ? "cv-tip-taken" : "cv-tip",
          reconnectable: isEditable ? "target" : false,
          interactionWidth: 18,
          data: { port: link.port, isError, isTaken, isForAll, title, rank: Math.max(0, rank), lane },
          ...({ ariaRole: "presentation", domAttributes: { "aria-hidden": true, "aria-label": undefined, "aria-roledescription": undefined } } as object),
        };
      }),
  );
  return taken ? [...links.filter((link) => !link.data?.isTaken), ...links.filter((link) => link.data?.isTaken)] : links;
}

/** The new nodes, each replaced by the old one where nothing changed, so that it is not drawn again. */
export function keepSame(before: readonly Element[], after: readonly Element[], signatures: Map<string, string>): Element[] {
  const old = new Map(before.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const found = after.map((node): Element => {
    const signature = JSON.stringify([node.data, node.position, node.width, node.height, node.draggable]);
    const same = old.get(node.id);
    seen.add(node.id);
    if (same && signatures.get(node.id) === signature && isAt(same, node)) return same;
    signatures.set(node.id, signature);
    if (!same) return node;
    const { selected, measured, dragging } = same;
    const position = dragging ? same.position : node.position;
    const isSameSize = same.width === node.width && same.height === node.height;
    return { ...node, position, selected, dragging, ...(isSameSize ? { measured } : {}) } as Element;
  });
  for (const id of signatures.keys()) if (!seen.has(id)) signatures.delete(id);
  return found;
}

function isAt(one: Element, other: Element): boolean {
  return one.position.x === other.position.x && one.position.y === other.position.y;
}

/** Whether an element is a step or the start, and neither note nor frame. */
export function isStepId(id: string): boolean {
  return !id.startsWith(NOTE_PREFIX) && !id.startsWith(GROUP_PREFIX);
}
