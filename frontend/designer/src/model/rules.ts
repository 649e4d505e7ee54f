// Which links are legal, and why one is not: the same rules and sentences as on the server.
import { refuse } from "./refusals";
import type { EditRefused } from "./refusals";
import { computeScopes, linkFault, sameStack } from "./scopes";
import type { Link } from "./scopes";
import { ERROR, exitsOf, linksOf, TRIGGER, withField, withLink, withStep } from "./steps";
import type { Facts } from "./steps";
import type { FlowDocument, Step } from "./types";
import { didYouMean } from "./nearest";
import { checkKey, titleOf } from "./words";

/** A port that is linked already is replaced by `connect`; who draws a second link is asked first. */
export type Verdict = { ok: true; replaces: string | null } | { ok: false; code: string; reason: string };

export function stepOf(document: FlowDocument, key: string): Step {
  const step = Object.hasOwn(document.steps, key) ? document.steps[key] : undefined;
  return step ?? refuse("edit.unknown_step", `There is no step '${key}' any more. Load the page again to see what is there.`);
}

export function checkPort(key: string, step: Step, port: string, facts: Facts): void {
  if (port === ERROR) return;
  if (facts.kinds.get(step.kind)?.free_ports) return checkKey(port, "a port");
  const exits = exitsOf(key, step, facts);
  if (exits.includes(port)) return;
  const title = titleOf(key, step);
  if (!exits.length) refuse("edit.unknown_port", `Nothing follows '${title}': it ends the run.`);
  refuse("edit.unknown_port", `'${title}' has no port '${port}'.${didYouMean(port, [...exits, ERROR], "Ports")}`);
}

/** The document with the link; throws `EditRefused` where it is not legal. `source` "trigger" names the start. */
export function connected(document: FlowDocument, source: string, port: string, target: string, facts: Facts): FlowDocument {
  if (target === TRIGGER) {
    refuse("edit.trigger_target", "Nothing leads to the start: it begins the flow. Choose a step.");
  }
  stepOf(document, target);
  if (source === TRIGGER) {
    return scoped(document, withField(document, "start", target), { source, port, target }, facts);
  }
  const step = stepOf(document, source);
  if (source === target) {
    refuse("edit.self_loop", `'${titleOf(source, step)}' cannot follow itself. To repeat it, put 'For each' or a step between.`);
  }
  checkPort(source, step, port, facts);
  return scoped(document, withStep(document, source, withLink(step, port, target)), { source, port, target }, facts);
}

/** What dragging from an exit onto a step would do. */
export function verdictOf(document: FlowDocument, source: string, port: string, target: string, facts: Facts): Verdict {
  try {
    connected(document, source, port, target, facts);
  } catch (error) {
    const { code, message } = error as EditRefused;
    return { ok: false, code, reason: message };
  }
  const before = source === TRIGGER ? document.start : linksOf(document.steps[source]!)[port];
  return { ok: true, replaces: before === undefined || before === target ? null : before };
}

// So many steps are tried one by one; more would be felt when a drag begins.
const TRIED_ONE_BY_ONE = 60;

/** The steps an exit may lead to, told quickly enough for a drag over 500 steps; `verdictOf` says why not.
 *
 * What the exit alone leads to now is tried; where that is most of a large flow, it is judged by where it stands now. */
export function legalTargets(document: FlowDocument, source: string, port: string, facts: Facts): Set<string> {
  const isTrigger = source === TRIGGER;
  const bare = isTrigger ? document : withStep(document, source, withLink(document.steps[source]!, port, null));
  const scopes = computeScopes(bare, facts);
  const stack = isTrigger ? undefined : scopes.leaving(source, port);
  const tried = Object.keys(document.steps).filter((target) => !stack || !scopes.arrivals.has(target));
  const standing = tried.length > TRIED_ONE_BY_ONE ? computeScopes(document, facts).arrivals : null;
  const isLegal = (target: string): boolean => {
    const there = stack && (scopes.arrivals.get(target) ?? standing?.get(target));
    return there ? target !== source && sameStack(there, stack) : verdictOf(document, source, port, target, facts).ok;
  };
  return new Set(Object.keys(document.steps).filter(isLegal));
}

/** `after`, unless its new link breaks a scope. */
function scoped(before: FlowDocument, after: FlowDocument, link: Link, facts: Facts): FlowDocument {
  const fault = linkFault(before, after, link, facts);
  return fault === null ? after : refuse("edit.scope", fault);
}
