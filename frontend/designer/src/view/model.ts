// The one door from the view to the model: edits, rules of links, places, clipboard.
import { applyOps as apply } from "../model/edit";
import { EditRefused } from "../model/refusals";
import { legalTargets, verdictOf } from "../model/rules";
import { factsOf, type Facts } from "../model/steps";
import type { FlowDocument, Kinds, Operation } from "../model/types";

export { tidySteps } from "../layout/elk";
export { placeSteps } from "../layout/placing";
export { copyText, cutFragment, readText } from "../model/clipboard";

/** What the rules know of kinds and of the exits that steps' own settings name. */
export type Rules = Facts;

export function rulesOf(kinds: Kinds, exits: Record<string, readonly string[]>): Rules {
  return factsOf(kinds.kinds, exits);
}

/** The document after the edit, or the sentence that says why not. */
export function tryEdit(document: FlowDocument, ops: readonly Operation[], rules: Rules): FlowDocument | string {
  try {
    return apply(document, ops, rules).document;
  } catch (error) {
    if (error instanceof EditRefused) return error.message;
    throw error;
  }
}

export { legalTargets };

/** Why this way on may not lead there; null where it may. */
export function connectionRefusal(document: FlowDocument, rules: Rules, source: string, port: string, target: string): string | null {
  const verdict = verdictOf(document, source, port, target, rules);
  return verdict.ok ? null : verdict.reason;
}
