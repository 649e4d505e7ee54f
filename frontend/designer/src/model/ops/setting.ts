// set, set_trigger, remove_trigger and replace.
import type { Editing } from "../edit";
import { refuse } from "../refusals";
import { stepOf } from "../rules";
import { isObject, tidyStep, TRIGGER, withField, withStep } from "../steps";
import type { FlowDocument, Json, JsonObject, Operation, Step } from "../types";

type Path = readonly (string | number)[];
type Trigger = NonNullable<FlowDocument["trigger"]>;

const STEP_FIELDS = ["name", "with", "retry"];
const FLOW_FIELDS = ["name", "description", "vars", "requested_by", "sensitive", "forms", "on_error", "tests"];

export function setField(editing: Editing, op: Extract<Operation, { op: "set" }>): Editing {
  const { document } = editing;
  const { path, value } = op;
  if (op.target === "flow") return { ...editing, document: withFlowField(document, path, value) };
  if (op.target === TRIGGER) return { ...editing, document: withTriggerField(document, path, value) };
  const key = op.target.replace(/^steps\//, "");
  const step = stepOf(document, key);
  checkField(path, STEP_FIELDS, "a step");
  const changed = put(step as unknown as JsonObject, path, value) as unknown as Step;
  return { ...editing, document: withStep(document, key, tidyStep(changed)) };
}

function withFlowField(document: FlowDocument, path: Path, value: Json): FlowDocument {
  checkField(path, FLOW_FIELDS, "the flow");
  if (path.length === 1 && path[0] === "on_error" && typeof value === "string") stepOf(document, value);
  const changed = put(document as unknown as JsonObject, path, value) as unknown as FlowDocument;
  const field = path[0] as keyof FlowDocument;
  return withField(document, field, changed[field]);
}

function withTriggerField(document: FlowDocument, path: Path, value: Json): FlowDocument {
  const place = path[0] === "with" && path.length > 1 ? path.slice(1) : path;
  if (place[0] === "kind") refuse("edit.fixed", "Choose another trigger from the list instead.");
  const trigger = document.trigger ?? refuse("edit.unknown_step", "The flow has no trigger yet. Choose what starts it first.");
  return withField(document, "trigger", put(trigger, place, value) as Trigger);
}

function checkField(path: Path, known: readonly string[], what: string): void {
  if (known.includes(String(path[0]))) return;
  const names = `${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
  refuse("edit.fixed", `'${path[0]}' of ${what} is not changed here. What can be changed: ${names}.`);
}

/** A copy of `owner` with `path` set, or taken away where the value is null; what is missing on the way is made. */
function put(owner: Json | undefined, path: Path, value: Json): Json {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const below = memberOf(owner, head);
  if (!rest.length) return value === null ? without(owner, head) : withMember(owner, head, value);
  if (typeof below === "object" && below !== null) return withMember(owner, head, put(below, rest, value));
  if (value === null && (below === undefined || below === null)) return owner ?? null;
  return withMember(owner, head, put(typeof rest[0] === "number" ? [] : {}, rest, value));
}

function memberOf(owner: Json | undefined, part: string | number): Json | undefined {
  if (Array.isArray(owner)) return typeof part === "number" ? owner[part] : undefined;
  return isObject(owner) ? owner[part] : undefined;
}

function without(owner: Json | undefined, part: string | number): Json {
  if (Array.isArray(owner)) return owner.filter((_, index) => index !== part);
  const { [part]: _, ...rest } = (owner ?? {}) as JsonObject;
  return rest;
}

function withMember(owner: Json | undefined, part: string | number, value: Json): Json {
  if (!Array.isArray(owner)) {
    if (typeof part === "number") unreadable("a mapping has names, not numbers");
    return { ...(owner as JsonObject | undefined), [part]: value };
  }
  if (typeof part !== "number" || part < 0 || part > owner.length) unreadable(`there is no place ${part} in that list`);
  return Object.assign([...owner], { [part]: value });
}

const unreadable = (what: string): never =>
  refuse("edit.malformed", `This change cannot be read: ${what}. Load the page again and repeat it.`);

export function setTrigger(editing: Editing, op: Extract<Operation, { op: "set_trigger" }>): Editing {
  return { ...editing, document: withField(editing.document, "trigger", { ...op.with, kind: op.kind }) };
}

export function removeTrigger(editing: Editing): Editing {
  if (!editing.document.trigger) refuse("edit.nothing", "The flow has no trigger.");
  return { ...editing, document: withField(editing.document, "trigger", undefined) };
}

export function replaceDocument(editing: Editing, op: Extract<Operation, { op: "replace" }>): Editing {
  const { flow, team } = editing.document;
  if (op.document.flow !== flow) refuseMoving("key", "flow", flow, op.document.flow);
  if (op.document.team !== team) refuseMoving("team", "team", team, op.document.team);
  return { ...editing, document: op.document };
}

const refuseMoving = (what: string, field: string, now: string, wanted: string): never =>
  refuse(
    "edit.fixed",
    `The ${what} of a flow stays: it is '${now}', not '${wanted}'. ` +
      `Write '${field}: ${now}', or import the text as a flow of its own.`,
  );
