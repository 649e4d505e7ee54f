// paste: steps, notes and places of a fragment. Keys that are taken get new ones, and inside the fragment all follows.
import type { Editing } from "../edit";
import { refuse } from "../refusals";
import { linksOf, onwardPort, onwardTarget, tidyStep, withField, withLink, withLinks, withSteps } from "../steps";
import type { Facts } from "../steps";
import type { FlowDocument, Fragment, Layout, Note, Operation, Point, Step } from "../types";
import { checkKey, freeKey } from "../words";
import { followerOf, led } from "./adding";
import { placed } from "./placing";
import { renamedLayout, renamedSteps } from "./renaming";

type PasteOp = Extract<Operation, { op: "paste" }>;

const ASIDE: Point = [40, 40];

export function paste(editing: Editing, op: PasteOp): Editing {
  const { facts } = editing;
  const { fragment } = op;
  if (!Object.keys(fragment.steps).length) {
    refuse("edit.nothing", "There are no steps to paste. Copy steps, or the text of a flow file, first.");
  }
  const keys = newKeys(editing.document, fragment);
  const steps = closed(renamedSteps(fragment.steps, keys));
  const document = withPlaces(inserted(editing.document, steps, op.after, facts), fragment, keys, op.at);
  const changed = Object.fromEntries(Object.entries(keys).filter(([old, key]) => old !== key));
  return { ...editing, document, renamed: { ...editing.renamed, ...changed } };
}

function newKeys(document: FlowDocument, fragment: Fragment): Record<string, string> {
  const taken = new Set([...Object.keys(document.steps), ...Object.keys(fragment.steps)]);
  const keys: Record<string, string> = {};
  for (const key of Object.keys(fragment.steps)) {
    checkKey(key, "a step");
    keys[key] = Object.hasOwn(document.steps, key) ? freeKey(key, taken) : key;
    taken.add(keys[key]!);
  }
  return keys;
}

/** The steps without the links that leave them. */
function closed(steps: Record<string, Step>): Record<string, Step> {
  const entries = Object.entries(steps).map(([key, step]) => {
    const links = Object.entries(linksOf(step)).filter(([, target]) => Object.hasOwn(steps, target));
    return [key, withLinks(tidyStep(step), Object.fromEntries(links))] as const;
  });
  return Object.fromEntries(entries);
}

function inserted(document: FlowDocument, steps: Record<string, Step>, after: PasteOp["after"], facts: Facts): FlowDocument {
  const first = Object.keys(steps)[0]!;
  if (!after) {
    const result = withSteps(document, { ...document.steps, ...steps });
    return document.start === undefined ? withField(result, "start", first) : result;
  }
  const follower = followerOf(document, after, facts);
  const targets = new Set(Object.values(steps).flatMap((step) => Object.values(linksOf(step))));
  const head = Object.keys(steps).find((key) => !targets.has(key)) ?? first;
  const fresh = follower === undefined ? steps : endedBy(steps, head, follower, facts);
  return led(withSteps(document, { ...document.steps, ...fresh }), after, head);
}

/** The steps with the end of the way from `head` led to `follower`. */
function endedBy(steps: Record<string, Step>, head: string, follower: string, facts: Facts): Record<string, Step> {
  const seen = new Set<string>();
  let end = head;
  for (let next: string | null = head; next !== null && !seen.has(next); next = onwardTarget(steps[next]!)) {
    seen.add(next);
    end = next;
  }
  const step = steps[end]!;
  const port = onwardTarget(step) === null ? onwardPort(end, step, facts) : null;
  return port !== null && !(port in linksOf(step)) ? { ...steps, [end]: withLink(step, port, follower) } : steps;
}

/** Places move as a whole so that their corner is `at`, else a little aside. */
function withPlaces(document: FlowDocument, fragment: Fragment, keys: Record<string, string>, at?: Point): FlowDocument {
  const layout: Layout = fragment.layout ? renamedLayout(fragment.layout, keys) : {};
  const known = new Set(Object.values(keys));
  let own = Object.entries(layout.steps ?? {}).filter(([key]) => known.has(key));
  if (!own.length && at) own = [[Object.values(keys)[0]!, [0, 0]]];
  const corner = own.length ? [Math.min(...own.map(([, [x]]) => x)), Math.min(...own.map(([, [, y]]) => y))] : [0, 0];
  const by: Point = at ? [at[0] - corner[0]!, at[1] - corner[1]!] : ASIDE;
  const shift = ([x, y]: Point): Point => [x + by[0], y + by[1]];
  const result = own.length ? placed(document, Object.fromEntries(own.map(([key, point]) => [key, shift(point)]))) : document;
  const notes: Record<string, Note> = { ...result.notes };
  for (const [id, note] of Object.entries(fragment.notes ?? {})) {
    notes[freeKey(id, Object.keys(notes))] = note.at ? { ...note, at: shift(note.at) } : note;
  }
  return fragment.notes ? withField(result, "notes", notes) : result;
}
