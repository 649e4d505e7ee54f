// connect and disconnect.
import type { Editing } from "../edit";
import { refuse } from "../refusals";
import { connected, stepOf } from "../rules";
import { linksOf, TRIGGER, withLink, withStep } from "../steps";
import type { FlowDocument, Operation } from "../types";
import { titleOf } from "../words";

export function connect(editing: Editing, op: Extract<Operation, { op: "connect" }>): Editing {
  const { document, facts } = editing;
  const connectedDocument = connected(document, op.source, op.port, op.target, facts);
  const there = op.source === TRIGGER ? document.start : linksOf(document.steps[op.source]!)[op.port];
  if (op.replace === false && there !== undefined && there !== op.target) refuse("edit.port_taken", takenPort(document, op, there));
  return { ...editing, document: connectedDocument };
}

/** Why a port that leads somewhere already takes no second link unasked. */
export function takenPort(document: FlowDocument, from: { source: string; port: string }, there: string): string {
  const title = from.source === TRIGGER ? "Start" : titleOf(from.source, document.steps[from.source]);
  return (
    `'${from.port}' of '${title}' leads to '${titleOf(there, document.steps[there])}' already. ` +
    "Replace that link, or use another port."
  );
}

export function disconnect(editing: Editing, op: Extract<Operation, { op: "disconnect" }>): Editing {
  if (op.source === TRIGGER) {
    if (!Object.keys(editing.document.steps).length) refuse("edit.nothing", "Nothing follows the start yet.");
    refuse("edit.start_needed", "A flow begins somewhere. Lead the start to another step instead.");
  }
  const step = stepOf(editing.document, op.source);
  if (!(op.port in linksOf(step))) {
    refuse("edit.nothing", `'${op.port}' of '${titleOf(op.source, step)}' leads nowhere already.`);
  }
  return { ...editing, document: withStep(editing.document, op.source, withLink(step, op.port, null)) };
}
