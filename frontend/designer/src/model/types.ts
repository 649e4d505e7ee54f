// The shapes the server and the canvas share: the draft's document (the flow file as data), the state of a draft, its operations.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Whole pixels. */
export type Point = [number, number];
export type Size = [number, number];

export interface Step {
  kind: string;
  name?: string;
  with?: JsonObject;
  retry?: JsonObject;
  next?: string;
  on?: Record<string, string>;
}

export interface Note {
  text?: string;
  at?: Point;
  size?: Size;
}

export interface Group {
  title?: string;
  steps?: string[];
}

export interface Layout {
  steps?: Record<string, Point>;
  trigger?: Point;
  groups?: Record<string, Group>;
}

/** A flow file as data; unlike a file, `steps` may be empty. A step without a place is laid out automatically. */
export interface FlowDocument {
  format: number;
  flow: string;
  name: string;
  team: string;
  description?: string;
  vars?: JsonObject;
  trigger?: { kind: string } & JsonObject;
  requested_by?: string;
  sensitive?: string[];
  forms?: JsonObject;
  start?: string;
  steps: Record<string, Step>;
  on_error?: Json;
  notes?: Record<string, Note>;
  layout?: Layout;
  tests?: Json;
}

export interface Exit {
  port: string;
  label: string;
}

/** What the server says of a step or of the trigger, for people: its icon, one line of what it does, its exits. */
export interface NodeFacts {
  title: string;
  icon: string;
  kind: string;
  kind_label: string;
  group: string;
  text: string;
  exits: Exit[];
  opens_scope: boolean;
  closes_scope: boolean;
  scope: string[];
  reachable: boolean;
}

export interface Problem {
  step: string | null;
  field: string | null;
  severity: "error" | "warning";
  message: string;
  path: string;
  code: string;
}

export interface Person {
  name: string;
  initials: string;
  doing: string;
  is_me: boolean;
}

/** The answer of `draft/state/` and of every accepted edit. */
export interface DraftState {
  flow: { key: string; name: string; team: string };
  /** Which draft it is; 0 while nothing was changed yet. */
  draft: number;
  revision: number;
  saved_at: string | null;
  document: FlowDocument;
  nodes: Record<string, NodeFacts>;
  trigger: NodeFacts | null;
  problems: Problem[];
  undo: string | null;
  redo: string | null;
  may: { edit: boolean; publish: boolean };
  live: { version: number; published_at: string; published_by: string } | null;
  base_version: number | null;
  people: Person[];
  renamed?: Record<string, string>;
  /** Of an undo or a redo: what it took back or did again, in words. */
  turned?: string;
}

/** A kind of step as the palette and the rules need it (`designer/kinds/`). */
export interface KindFacts {
  key: string;
  label: string;
  group: string;
  icon: string;
  text: string;
  ports: string[];
  free_ports: boolean;
  opens_scope: boolean;
  closes_scope: boolean;
  outer_ports: string[];
  defaults: { with: JsonObject };
}

export interface TriggerKindFacts {
  key: string;
  label: string;
  group?: string;
  icon: string;
  text: string;
  defaults?: { with: JsonObject };
}

export interface Kinds {
  kinds: KindFacts[];
  triggers: TriggerKindFacts[];
}

/** `step` may be "trigger": what is put there becomes the start. */
export interface Place {
  step: string;
  port: string;
}

export interface Fragment {
  steps: Record<string, Step>;
  notes?: Record<string, Note>;
  layout?: Layout;
}

export type Operation =
  | {
      op: "add_step";
      key: string;
      kind: string;
      name?: string;
      with?: JsonObject;
      retry?: JsonObject;
      at?: Point;
      after?: Place;
      on?: Record<string, string>;
    }
  | { op: "delete_steps"; keys: string[]; heal?: boolean }
  | { op: "connect"; source: string; port: string; target: string; replace?: boolean }
  | { op: "disconnect"; source: string; port: string }
  | { op: "set"; target: string; path: (string | number)[]; value: Json }
  | { op: "set_trigger"; kind: string; with?: JsonObject }
  | { op: "remove_trigger" }
  | { op: "rename_step"; key: string; to: string }
  | { op: "change_kind"; key: string; kind: string }
  | { op: "move"; positions: Record<string, Point> }
  | { op: "move_step"; key: string; after: Place }
  | { op: "put_note"; id: string; text?: string; at?: Point; size?: Size }
  | { op: "delete_note"; id: string }
  | { op: "put_group"; id: string; title?: string; steps?: string[] }
  | { op: "delete_group"; id: string }
  | { op: "paste"; fragment: Fragment; at?: Point; after?: Place }
  | { op: "replace"; document: FlowDocument };

/** What somebody asks for by `designer:edit`: a list of operations is one edit, one undo unit, all or nothing. */
export interface EditRequest {
  ops: Operation[];
  label?: string;
  source?: string;
}
