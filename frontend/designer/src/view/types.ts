// What the canvas makes of a draft: its steps with links, problems and state, and what the view itself remembers.
import type { NodeFacts } from "../model/types";

export type Orientation = "wide" | "tall";
export type Mode = "edit" | "read";
export type NodeInfo = NodeFacts;
export const TRIGGER = "trigger";

/** A state laid over a step by a run, a try-out or a comparison. `icon` is a name of the sprite. */
export interface StepState {
  state: string;
  label: string;
  time?: string;
  icon?: string;
}

export interface Overlay {
  name: string | null;
  steps?: Record<string, StepState>;
  links?: [string, string][];
}

export interface StepLink {
  port: string;
  label: string;
  target: string;
}

/** A step as the canvas draws it. `isRepair`: only errors lead there. */
export interface CanvasStep {
  key: string;
  info: NodeInfo;
  links: StepLink[];
  problems: number;
  severity: "error" | "warning" | "";
  isTrigger: boolean;
  isRepair: boolean;
  state: StepState | null;
}
