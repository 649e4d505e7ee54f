// Where a step stands open: its size and the places of its ports, from what its kind offers. Pure geometry, no React.
import type { CanvasStep, Orientation } from "./types";

export const STEP_WIDTH = 200;
export const STEP_WIDTH_TALL = 248;
export const STEP_HEIGHT = 92;
const PORT_GAP = 24;
const PORT_MARGIN = 24;
const WORD_GAP = 76;
const ERROR_AT = 50;

/** One way on. `offset` is in pixels along the side; `isLinked`: it leads somewhere. */
export interface PortPlace {
  port: string;
  label: string;
  isError: boolean;
  isLinked: boolean;
  side: "right" | "bottom";
  offset: number;
}

export interface StepShape {
  width: number;
  height: number;
  ports: PortPlace[];
}

/** The size of a step and where each port leaves it; the error port leaves across the reading direction. */
export function shapeOf(step: CanvasStep, orientation: Orientation): StepShape {
  const linked = new Set(step.links.map((link) => link.port));
  const named = step.info.exits.filter((exit) => exit.port !== "error");
  const extra = step.links.filter((link) => link.port !== "error" && !named.some((exit) => exit.port === link.port));
  const exits = [...named, ...extra];
  const isTall = orientation === "tall";
  const width = isTall ? Math.max(STEP_WIDTH_TALL, exits.length * WORD_GAP) : STEP_WIDTH;
  const height = isTall ? STEP_HEIGHT : Math.max(STEP_HEIGHT, (exits.length - 1) * PORT_GAP + 2 * PORT_MARGIN);
  const gap = isTall ? WORD_GAP : PORT_GAP;
  const first = ((isTall ? width : height) - (exits.length - 1) * gap) / 2;
  const ports = exits.map((exit, index): PortPlace => {
    const label = exits.length > 1 || exit.port !== "next" ? exit.label || exit.port : "";
    const side = isTall ? "bottom" : "right";
    return { port: exit.port, label, isError: false, isLinked: linked.has(exit.port), side, offset: first + index * gap };
  });
  if (step.isTrigger && !linked.has("error")) return { width, height, ports };
  const error = { port: "error", label: step.isTrigger ? "on any error" : "error", isError: true, isLinked: linked.has("error") };
  const place = isTall ? { side: "right" as const, offset: height / 2 } : { side: "bottom" as const, offset: ERROR_AT };
  return { width, height, ports: [...ports, { ...error, ...place }] };
}
