// Follows renamed steps everywhere: links, start, on_error, places, groups, expressions; and through operations of the same edit.
import { isObject, linksOf, withLinks } from "../steps";
import type { FlowDocument, Json, JsonObject, Layout, Operation, Step } from "../types";

type Keys = Readonly<Record<string, string>>;

const has = (keys: Keys, key: string): boolean => Object.hasOwn(keys, key);
const mapped = (keys: Keys, key: string): string => (has(keys, key) ? keys[key]! : key);

/** The document with these steps renamed (old key to new one). */
export function withKeys(document: FlowDocument, keys: Keys): FlowDocument {
  const after: FlowDocument = { ...document, steps: renamedSteps(document.steps, keys) };
  if (document.start !== undefined) after.start = mapped(keys, document.start);
  if (typeof document.on_error === "string") after.on_error = mapped(keys, document.on_error);
  if (document.sensitive) after.sensitive = document.sensitive.map((path) => inPath(path, keys));
  if (document.layout) after.layout = renamedLayout(document.layout, keys);
  return after;
}

export function renamedSteps(steps: Record<string, Step>, keys: Keys): Record<string, Step> {
  return Object.fromEntries(Object.entries(steps).map(([key, step]) => [mapped(keys, key), renamedStep(step, keys)]));
}

function renamedStep(step: Step, keys: Keys): Step {
  const links = Object.entries(linksOf(step)).map(([port, target]) => [port, mapped(keys, target)]);
  const settings = step.with && (inExpressions(step.with, keys) as JsonObject);
  return withLinks({ ...step, with: settings }, Object.fromEntries(links));
}

export function renamedLayout(layout: Layout, keys: Keys): Layout {
  const after: Layout = { ...layout };
  if (layout.steps) after.steps = Object.fromEntries(Object.entries(layout.steps).map(([key, at]) => [mapped(keys, key), at]));
  if (layout.groups) {
    const groups = Object.entries(layout.groups).map(([id, group]) => {
      return [id, group.steps ? { ...group, steps: group.steps.map((key) => mapped(keys, key)) } : group];
    });
    after.groups = Object.fromEntries(groups);
  }
  return after;
}

/** Every expression below `value` (texts that begin with one "=") with `steps.KEY` renamed; other texts stay. */
export function inExpressions(value: Json, keys: Keys): Json {
  if (typeof value === "string") return value.startsWith("=") && !value.startsWith("==") ? inExpression(value, keys) : value;
  if (Array.isArray(value)) return value.map((item) => inExpressions(item, keys));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inExpressions(item, keys)]));
  return value;
}

// Strings and comments are matched first, so that what they hold stays; a path below something else is not ours.
const TOKEN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\*[\s\S]*?\*\/|(?<![\w.`$])(steps\s*\.\s*)(`?)([A-Za-z_]\w*)\2/g;

function inExpression(text: string, keys: Keys): string {
  return text.replace(TOKEN, (all: string, head?: string, tick?: string, key?: string) =>
    head !== undefined && key !== undefined && has(keys, key) ? `${head}${tick}${keys[key]}${tick}` : all,
  );
}

function inPath(path: string, keys: Keys): string {
  const [root, key, ...rest] = path.split(".");
  return root === "steps" && key !== undefined ? [root, mapped(keys, key), ...rest].join(".") : path;
}

/** The operation as it is meant after earlier ones of its edit got other keys than they asked for. */
export function withNewKeys(op: Operation, keys: Keys): Operation {
  if (!Object.keys(keys).length) return op;
  const one = (key: string): string => mapped(keys, key);
  const after = <P extends { step: string } | undefined>(place: P): P => (place ? { ...place, step: one(place.step) } : place);
  switch (op.op) {
    case "add_step":
    case "paste":
      return op.after ? { ...op, after: after(op.after) } : op;
    case "delete_steps":
      return { ...op, keys: op.keys.map(one) };
    case "connect":
      return { ...op, source: one(op.source), target: one(op.target) };
    case "disconnect":
      return { ...op, source: one(op.source) };
    case "set":
      return op.target.startsWith("steps/") ? { ...op, target: `steps/${one(op.target.slice(6))}` } : op;
    case "rename_step":
    case "change_kind":
      return { ...op, key: one(op.key) };
    case "move":
      return { ...op, positions: Object.fromEntries(Object.entries(op.positions).map(([key, at]) => [one(key), at])) };
    case "move_step":
      return { ...op, key: one(op.key), after: after(op.after) };
    case "put_group":
      return op.steps ? { ...op, steps: op.steps.map(one) } : op;
    default:
      return op;
  }
}
