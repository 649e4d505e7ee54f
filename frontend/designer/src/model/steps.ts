// Reads and writes single steps: their links by port, their exits, and the form the file has (empty things left out).
import type { FlowDocument, Json, KindFacts, Step } from "./types";

export const TRIGGER = "trigger";
export const ERROR = "error";

/** What the rules know of kinds, and of the exits that the server found for steps as they are now. */
export interface Facts {
  kinds: ReadonlyMap<string, KindFacts>;
  exits: Readonly<Record<string, readonly string[]>>;
}

export const factsOf = (kinds: readonly KindFacts[], exits: Record<string, readonly string[]> = {}): Facts => ({
  kinds: new Map(kinds.map((kind) => [kind.key, kind])),
  exits,
});

export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (typeof value === "object" && Object.keys(value as object).length === 0);

/** The links of a step by port, `next` first. */
export function linksOf(step: Step): Record<string, string> {
  return step.next === undefined ? { ...step.on } : { next: step.next, ...step.on };
}

const RETRY = { max_attempts: 1, first_delay_s: 1, factor: 2, max_delay_s: 300 };

/** A step with these fields in the order of the file, empty ones left out. */
export function tidyStep(step: Step): Step {
  const tidy: Step = { kind: step.kind };
  if (!isEmpty(step.name)) tidy.name = step.name;
  if (!isEmpty(step.with)) tidy.with = step.with;
  if (!isEmpty(step.retry)) tidy.retry = { ...RETRY, ...step.retry };
  if (!isEmpty(step.next)) tidy.next = step.next;
  if (!isEmpty(step.on)) tidy.on = step.on;
  return tidy;
}

/** The step with its link of `port` led to `target`, or cut where that is null. */
export function withLink(step: Step, port: string, target: string | null): Step {
  if (port === "next") return tidyStep({ ...step, next: target ?? undefined });
  const on = { ...step.on };
  if (target === null) delete on[port];
  else on[port] = target;
  return tidyStep({ ...step, on });
}

/** The step with exactly these links. */
export function withLinks(step: Step, links: Record<string, string>): Step {
  const { next, ...on } = links;
  return tidyStep({ ...step, next, on });
}

/** Every exit a step has beside `error`; unknown kinds have those they are linked by. */
export function exitsOf(key: string, step: Step, facts: Facts): string[] {
  const kind = facts.kinds.get(step.kind);
  const linked = Object.keys(linksOf(step));
  const known = facts.exits[key] ?? kind?.ports ?? linked;
  const all = kind?.free_ports ? [...known, ...linked] : known;
  return [...new Set(all)].filter((port) => port !== ERROR);
}

/** The exit by which the flow goes on behind a step that is put before another one; null where it ends the run. */
export function onwardPort(key: string, step: Step, facts: Facts): string | null {
  const kind = facts.kinds.get(step.kind);
  const outer = kind?.outer_ports[0];
  if (outer !== undefined) return outer;
  const [first] = exitsOf(key, step, facts);
  return first ?? (kind?.free_ports ? "branch_1" : null);
}

/** Where the flow goes on behind a step: its `next`, else the one step all its other exits lead to; else null. */
export function onwardTarget(step: Step): string | null {
  if (step.next !== undefined) return step.next;
  const targets = new Set(Object.entries(step.on ?? {}).flatMap(([port, target]) => (port === ERROR ? [] : [target])));
  return targets.size === 1 ? ([...targets][0] ?? null) : null;
}

/** The document with the steps given, in that order. */
export const withSteps = (document: FlowDocument, steps: Record<string, Step>): FlowDocument => ({ ...document, steps });

export function withStep(document: FlowDocument, key: string, step: Step): FlowDocument {
  return withSteps(document, { ...document.steps, [key]: step });
}

/** The document with a field of the flow set, or left out where the value is empty; fields stand as in the file. */
export function withField<K extends keyof FlowDocument>(document: FlowDocument, field: K, value: unknown): FlowDocument {
  const all: Record<string, unknown> = { ...document, [field]: value };
  const tidy: Record<string, unknown> = {};
  for (const name of FLOW_FIELDS) if (KEPT.has(name) || !isEmpty(all[name])) tidy[name] = all[name];
  return tidy as unknown as FlowDocument;
}

export const FLOW_FIELDS = [
  "format", "flow", "name", "team", "description", "vars", "trigger", "requested_by", "sensitive", "forms", "start",
  "steps", "on_error", "notes", "layout", "tests",
] as const;
const KEPT: ReadonlySet<string> = new Set(["format", "flow", "name", "team", "steps"]);

/** `entries` with `key` put right behind `after`; null puts it first, an unknown one last. */
export function insertAfter<T>(entries: Record<string, T>, key: string, value: T, after: string | null): Record<string, T> {
  const rest = Object.entries(entries).filter(([name]) => name !== key);
  if (after === null) return Object.fromEntries([[key, value], ...rest]);
  const index = rest.findIndex(([name]) => name === after);
  const place = index < 0 ? rest.length : index + 1;
  return Object.fromEntries([...rest.slice(0, place), [key, value], ...rest.slice(place)]);
}

export const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
