// delete_steps and move_step: what led to a step that goes leads to where the step itself went on.
import type { Editing } from "../edit";
import { refuse } from "../refusals";
import { checkPort, stepOf } from "../rules";
import { ERROR, insertAfter, linksOf, onwardPort, onwardTarget, withField, withLink, withLinks, withSteps } from "../steps";
import type { FlowDocument, Operation, Step } from "../types";
import { titleOf } from "../words";
import { followerOf, led, orderAfter } from "./adding";
import { unplaced } from "./placing";

export function deleteSteps(editing: Editing, op: Extract<Operation, { op: "delete_steps" }>): Editing {
  const { document } = editing;
  if (!op.keys.length) refuse("edit.nothing", "Choose the steps to delete first.");
  op.keys.forEach((key) => stepOf(document, key));
  const gone = new Set(op.keys);
  const heir = (key: string): string | null => (op.heal === false ? null : heirOf(document, key, gone));
  const steps: Record<string, Step> = {};
  for (const [key, step] of Object.entries(document.steps)) if (!gone.has(key)) steps[key] = redirected(key, step, gone, heir);
  let after = withSteps(document, steps);
  if (document.start !== undefined && gone.has(document.start)) {
    after = withField(after, "start", heir(document.start) ?? Object.keys(steps)[0]);
  }
  if (typeof document.on_error === "string" && gone.has(document.on_error)) after = withField(after, "on_error", undefined);
  return { ...editing, document: unplaced(after, gone) };
}

/** The first step that stays behind `key`, along what goes; null where the flow ends there or turns in a circle. */
function heirOf(document: FlowDocument, key: string, gone: ReadonlySet<string>): string | null {
  const seen = new Set<string>();
  let at: string | null = key;
  while (at !== null && gone.has(at)) {
    if (seen.has(at)) return null;
    seen.add(at);
    at = onwardTarget(document.steps[at]!);
  }
  return at !== null && Object.hasOwn(document.steps, at) ? at : null;
}

function redirected(key: string, step: Step, gone: ReadonlySet<string>, heir: (key: string) => string | null): Step {
  const links = linksOf(step);
  if (!Object.values(links).some((target) => gone.has(target))) return step;
  const kept = Object.entries(links).flatMap(([port, target]): [string, string][] => {
    if (!gone.has(target)) return [[port, target]];
    const next = heir(target);
    return next === null || next === key ? [] : [[port, next]];
  });
  return withLinks(step, Object.fromEntries(kept));
}

export function moveStep(editing: Editing, op: Extract<Operation, { op: "move_step" }>): Editing {
  const { document, facts } = editing;
  const step = stepOf(document, op.key);
  const title = titleOf(op.key, step);
  const there = followerOf(document, op.after, facts);
  if (op.after.step === op.key) refuse("edit.self_loop", `'${title}' cannot follow itself.`);
  if (there === op.key) return { ...editing, document: withSteps(document, insertAfter(document.steps, op.key, step, orderAfter(op.after))) };
  const onward = onwardTarget(step);
  const ways = Object.entries(linksOf(step)).filter(([port]) => port !== ERROR);
  if (onward === null && ways.length) {
    refuse("edit.branches", `'${title}' leads to several steps, so it cannot be moved by itself. Move the steps of its branches first.`);
  }
  const moved = new Set([op.key]);
  const steps: Record<string, Step> = {};
  for (const [key, other] of Object.entries(document.steps)) {
    steps[key] = key === op.key ? other : redirected(key, other, moved, () => onward);
  }
  let after = withSteps(document, steps);
  if (document.start === op.key) after = withField(after, "start", onward ?? Object.keys(steps).find((key) => key !== op.key));
  const follower = followerOf(after, op.after, facts);
  const ports = ways.filter(([, target]) => target === onward).map(([port]) => port);
  const first = onwardPort(op.key, step, facts);
  const free = ports.length ? ports : follower !== undefined && first !== null ? [first] : [];
  free.forEach((port) => checkPort(op.key, step, port, facts));
  const fresh = free.reduce((at, port) => withLink(at, port, follower ?? null), step);
  after = withSteps(after, insertAfter(after.steps, op.key, fresh, orderAfter(op.after)));
  return { ...editing, document: led(after, op.after, op.key) };
}
