// Applies an edit (a list of operations, all or nothing) to a document, as the server does (flows/definition/editing).
// Pure: documents are never changed in place, and parts that an operation does not touch stay the same objects.
import { didYouMean } from "./nearest";
import { EditRefused, refuse } from "./refusals";
import type { Facts } from "./steps";
import type { FlowDocument, Operation } from "./types";
import { addStep, changeKind, renameStep } from "./ops/adding";
import { deleteSteps, moveStep } from "./ops/healing";
import { connect, disconnect } from "./ops/linking";
import { deleteGroup, deleteNote, move, putGroup, putNote } from "./ops/placing";
import { paste } from "./ops/pasting";
import { removeTrigger, replaceDocument, setField, setTrigger } from "./ops/setting";
import { withNewKeys } from "./ops/renaming";

export interface Applied {
  document: FlowDocument;
  /** Keys that were taken: what was asked for, and what it became. */
  renamed: Record<string, string>;
}

/** What one operation works on and gives. */
export interface Editing extends Applied {
  facts: Facts;
}

type Handler<Name extends Operation["op"]> = (editing: Editing, op: Extract<Operation, { op: Name }>) => Editing;

const HANDLERS: { [Name in Operation["op"]]: Handler<Name> } = {
  add_step: addStep,
  delete_steps: deleteSteps,
  connect,
  disconnect,
  set: setField,
  set_trigger: setTrigger,
  remove_trigger: removeTrigger,
  rename_step: renameStep,
  change_kind: changeKind,
  move,
  move_step: moveStep,
  put_note: putNote,
  delete_note: deleteNote,
  put_group: putGroup,
  delete_group: deleteGroup,
  paste,
  replace: replaceDocument,
};

/** The document behind all operations; throws `EditRefused` (with the index of the operation) where one is refused.
 * Where a proposed key was taken, later operations of the same edit mean the new one. */
export function applyOps(document: FlowDocument, ops: readonly Operation[], facts: Facts): Applied {
  if (!ops.length) refuse("edit.nothing", "There is nothing to change.");
  let editing: Editing = { document, renamed: {}, facts };
  ops.forEach((op, index) => {
    try {
      const handler = HANDLERS[op.op] as Handler<Operation["op"]>;
      if (!handler) refuse("edit.unknown_op", `There is no change '${op.op}'.${didYouMean(op.op, Object.keys(HANDLERS), "Changes")}`);
      editing = handler(editing, withNewKeys(op, editing.renamed) as never);
    } catch (error) {
      if (error instanceof EditRefused) error.index = index;
      throw error;
    }
  });
  checkShape(editing.document, ops.length - 1);
  return { document: editing.document, renamed: editing.renamed };
}

/** The rest of the shape of a flow is for the server to judge. */
function checkShape(document: FlowDocument, index: number): void {
  if (document.name) return;
  const refusal = new EditRefused("edit.shape", "'name' is missing from the flow file. Add 'name:' with a text.");
  refusal.index = index;
  throw refusal;
}
