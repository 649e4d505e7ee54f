// add_step, rename_step and change_kind.
import type { Editing } from "../edit";
import { refuse } from "../refusals";
import { checkPort, stepOf } from "../rules";
import { ERROR, exitsOf, insertAfter, linksOf, onwardPort, onwardTarget, tidyStep, TRIGGER, withField, withLink, withLinks, withStep, withSteps } from "../steps";
import type { Facts } from "../steps";
import type { FlowDocument, KindFacts, Operation, Place, Step } from "../types";
import { didYouMean } from "../nearest";
import { checkKey, freeKey, titleOf } from "../words";
import { placed } from "./placing";
import { withKeys } from "./renaming";

export function addStep(editing: Editing, op: Extract<Operation, { op: "add_step" }>): Editing {
  const { document, facts } = editing;
  checkKey(op.key, "a step");
  const kind = kindOf(op.kind, facts);
  const key = freeKey(op.key, Object.keys(document.steps));
  Object.values(op.on ?? {}).forEach((target) => stepOf(document, target));
  let step = withLinks({ kind: op.kind, name: op.name, with: op.with ?? kind.defaults?.with, retry: op.retry }, op.on ?? {});
  Object.keys(linksOf(step)).forEach((port) => checkPort(key, step, port, facts));
  if (op.after) {
    const follower = followerOf(document, op.after, facts);
    const port = onwardPort(key, step, facts);
    if (follower !== undefined && port !== null && !(port in linksOf(step))) step = withLink(step, port, follower);
  }
  let after = withSteps(document, insertAfter(document.steps, key, step, orderAfter(op.after)));
  if (op.after) after = led(after, op.after, key);
  if (after.start === undefined) after = withField(after, "start", key);
  if (op.at) after = placed(after, { [key]: op.at });
  const renamed = key === op.key ? editing.renamed : { ...editing.renamed, [op.key]: key };
  return { ...editing, document: after, renamed };
}

/** Where the exit of `place` leads now; undefined where it is free. Throws where there is no such exit. */
export function followerOf(document: FlowDocument, place: Place, facts: Facts): string | undefined {
  if (place.step === TRIGGER) return document.start;
  const step = stepOf(document, place.step);
  checkPort(place.step, step, place.port, facts);
  return linksOf(step)[place.port];
}

/** The document with the exit of `place` led to `key`. */
export function led(document: FlowDocument, place: Place, key: string): FlowDocument {
  if (place.step === TRIGGER) return withField(document, "start", key);
  return withStep(document, place.step, withLink(document.steps[place.step]!, place.port, key));
}

/** The step a new one stands behind in the file: null is the first place, "" the last. */
export const orderAfter = (place: Place | undefined): string | null =>
  place === undefined ? "" : place.step === TRIGGER ? null : place.step;

export function kindOf(key: string, facts: Facts): KindFacts {
  return facts.kinds.get(key) ?? refuse("edit.unknown_kind", `There is no kind '${key}'.${hint(key, facts)}`);
}

const hint = (key: string, facts: Facts): string =>
  didYouMean(key, facts.kinds.keys(), "Kinds") || " Choose one from the palette.";

export function renameStep(editing: Editing, op: Extract<Operation, { op: "rename_step" }>): Editing {
  const { document, facts } = editing;
  stepOf(document, op.key);
  if (op.to === op.key) refuse("edit.nothing", `The step is called '${op.key}' already.`);
  checkKey(op.to, "a step");
  if (Object.hasOwn(document.steps, op.to)) refuse("edit.key_taken", `There is a step '${op.to}' already. Choose another key.`);
  const exits = facts.exits[op.key];
  return {
    ...editing,
    document: withKeys(document, { [op.key]: op.to }),
    facts: exits === undefined ? facts : { ...facts, exits: { ...facts.exits, [op.to]: exits } },
  };
}

export function changeKind(editing: Editing, op: Extract<Operation, { op: "change_kind" }>): Editing {
  const { document } = editing;
  const step = stepOf(document, op.key);
  const kind = kindOf(op.kind, editing.facts);
  if (step.kind === op.kind) refuse("edit.nothing", `'${titleOf(op.key, step)}' is of that kind already.`);
  const { [op.key]: _, ...exits } = editing.facts.exits;
  const facts = { ...editing.facts, exits };
  const bare: Step = { ...step, kind: op.kind, next: undefined, on: undefined };
  const legal = kind.free_ports ? null : new Set([...exitsOf(op.key, bare, facts), ERROR]);
  const kept = Object.entries(linksOf(step)).filter(([port]) => legal === null || legal.has(port));
  const links = Object.fromEntries(kept);
  const onward = exitsOf(op.key, bare, facts)[0];
  const target = onwardTarget(step);
  if (target !== null && onward !== undefined && !(onward in links) && onwardTarget(withLinks(bare, links)) === null) {
    links[onward] = target;
  }
  return { ...editing, document: withStep(document, op.key, withLinks(tidyStep(bare), links)), facts };
}
