// move, notes and groups: what the semantic digest leaves out.
import type { Editing } from "../edit";
import { refuse } from "../refusals";
import { stepOf } from "../rules";
import { isEmpty, TRIGGER, withField } from "../steps";
import type { FlowDocument, Group, Layout, Note, Operation, Point } from "../types";
import { checkKey } from "../words";

export function move(editing: Editing, op: Extract<Operation, { op: "move" }>): Editing {
  if (!Object.keys(op.positions).length) refuse("edit.nothing", "Choose the steps to move first.");
  Object.keys(op.positions).forEach((key) => key === TRIGGER || stepOf(editing.document, key));
  return { ...editing, document: placed(editing.document, op.positions) };
}

const whole = (point: Point): Point => [Math.round(point[0]) + 0, Math.round(point[1]) + 0];

/** The document with these places, in whole pixels. */
export function placed(document: FlowDocument, positions: Record<string, Point>): FlowDocument {
  const { [TRIGGER]: trigger, ...steps } = positions;
  const layout = { ...document.layout };
  const entries = Object.entries(steps).map(([key, point]) => [key, whole(point)] as const);
  if (entries.length) layout.steps = { ...layout.steps, ...Object.fromEntries(entries) };
  if (trigger) layout.trigger = whole(trigger);
  return withLayout(document, layout);
}

/** The document without the places of the steps that are gone; groups left empty go with them. */
export function unplaced(document: FlowDocument, gone: ReadonlySet<string>): FlowDocument {
  const { layout } = document;
  if (!layout) return document;
  const steps = Object.fromEntries(Object.entries(layout.steps ?? {}).filter(([key]) => !gone.has(key)));
  return withLayout(document, { ...layout, steps, groups: withoutSteps(layout.groups, gone) });
}

function withoutSteps(groups: Record<string, Group> | undefined, gone: ReadonlySet<string>): Record<string, Group> {
  const kept = Object.entries(groups ?? {}).flatMap(([id, group]): [string, Group][] => {
    if (!group.steps?.some((key) => gone.has(key))) return [[id, group]];
    const steps = group.steps.filter((key) => !gone.has(key));
    return steps.length ? [[id, { ...group, steps }]] : [];
  });
  return Object.fromEntries(kept);
}

function withLayout(document: FlowDocument, layout: Layout): FlowDocument {
  const tidy = Object.fromEntries(Object.entries(layout).filter(([, value]) => !isEmpty(value)));
  return withField(document, "layout", tidy);
}

export function putNote(editing: Editing, op: Extract<Operation, { op: "put_note" }>): Editing {
  checkKey(op.id, "a note");
  const note: Note = { text: "", ...editing.document.notes?.[op.id] };
  if (op.text !== undefined) note.text = op.text;
  if (op.at !== undefined) note.at = whole(op.at);
  if (op.size !== undefined) note.size = whole(op.size);
  return { ...editing, document: withField(editing.document, "notes", { ...editing.document.notes, [op.id]: note }) };
}

export function deleteNote(editing: Editing, op: Extract<Operation, { op: "delete_note" }>): Editing {
  const { [op.id]: note, ...notes } = editing.document.notes ?? {};
  if (!note) refuse("edit.nothing", "That note is not there any more.");
  return { ...editing, document: withField(editing.document, "notes", notes) };
}

/** A step is in one group at most, so it leaves the one it was in. */
export function putGroup(editing: Editing, op: Extract<Operation, { op: "put_group" }>): Editing {
  const { document } = editing;
  checkKey(op.id, "a group");
  op.steps?.forEach((key) => stepOf(document, key));
  const { [op.id]: before, ...others } = document.layout?.groups ?? {};
  const group: Group = { ...before };
  if (op.title !== undefined) group.title = op.title;
  if (op.steps !== undefined) group.steps = op.steps;
  if (!group.steps?.length) refuse("edit.nothing", "A group has at least one step. Choose its steps first.");
  const rest = withoutSteps(others, new Set(op.steps ?? []));
  return { ...editing, document: withLayout(document, { ...document.layout, groups: { ...rest, [op.id]: group } }) };
}

export function deleteGroup(editing: Editing, op: Extract<Operation, { op: "delete_group" }>): Editing {
  const { [op.id]: group, ...groups } = editing.document.layout?.groups ?? {};
  if (!group) refuse("edit.nothing", "That group is not there any more.");
  return { ...editing, document: withLayout(editing.document, { ...editing.document.layout, groups }) };
}
