// What the queue keeps and what a call to the server comes back with.
import type { DraftState, Json, Operation } from "../model/types";

/** One edit on its way. `seq` is its place in the queue, given by the store. */
export interface QueuedEdit {
  seq: number;
  /** Whose queue: the address edits are sent to and the person, so that nobody sends what another one typed. */
  scope: string;
  /** A UUID; the server answers a repeated one as the first time. */
  id: string;
  /** The open page it was made in, whose edits an undo there takes back. */
  session: string;
  sort: "edit" | "undo" | "redo";
  /** The revision the page showed when it was made. */
  base: number;
  /** The draft it was made on, where the page knows it. */
  draft?: number;
  ops: Operation[];
  source: string;
  /** A form that the server has to read into operations first; gone as soon as it has. */
  typed?: TypedForm;
  conflict?: Conflict;
}

/** What was typed into a field: the address that reads it, and what its form would post. */
export interface TypedForm {
  url: string;
  field: string;
  body: [string, string][];
}

/** What the server makes of a form; no operations: all stays as it is. */
export type Reading = { sort: "read"; ops: Operation[] } | Exclude<Answer, { sort: "done" | "conflict" }>;

export interface Clash {
  path: string;
  mine: Json;
  theirs: Json;
  by?: string;
  label?: string;
  at?: string;
}

/** What an edit ran into: the server's revision and what was changed there meanwhile. */
export interface Conflict {
  message: string;
  revision: number;
  theirs: Clash[];
}

export type Answer =
  | { sort: "done"; state: DraftState }
  | { sort: "refused"; code: string; message: string; op?: number }
  | { sort: "conflict"; conflict: Conflict }
  /** The edit is kept and the queue stands until somebody asks to try again. */
  | { sort: "stopped"; code: string; message: string }
  /** Nobody there: try again after a while. */
  | { sort: "away" };

export interface Store {
  add(edit: Omit<QueuedEdit, "seq">): Promise<QueuedEdit>;
  /** In the order they were made. */
  list(scope: string): Promise<QueuedEdit[]>;
  put(edit: QueuedEdit): Promise<void>;
  remove(seq: number): Promise<void>;
}

export class EditFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "EditFailed";
  }
}
