// What is copied and pasted: a piece of a flow file as text, so that it can be mailed, kept in Git, and pasted from either.
import { parse, stringify } from "yaml";
import { isEmpty, isObject, linksOf, tidyStep, withLinks } from "./steps";
import type { FlowDocument, Fragment, Group, Json, JsonObject, Layout, Note, Point, Step } from "./types";

const MAX_CHARS = 1_048_576;
const STEP_FIELDS = ["kind", "name", "with", "retry", "next", "on"];

/** The steps and notes as a fragment, in the order of the flow; links that leave it are left out.
 * `places` are where steps stand, for those that nobody has moved yet. */
export function cutFragment(
  document: FlowDocument,
  steps: readonly string[],
  notes: readonly string[] = [],
  places: ReadonlyMap<string, Point> = new Map(),
): Fragment {
  const chosen = new Set(steps);
  const kept = Object.entries(document.steps).filter(([key]) => chosen.has(key));
  const fragment: Fragment = { steps: Object.fromEntries(kept.map(([key, step]) => [key, closed(step, chosen)])) };
  const found = Object.entries(document.notes ?? {}).filter(([id]) => notes.includes(id));
  if (found.length) fragment.notes = Object.fromEntries(found);
  const layout = layoutOf(document, kept.map(([key]) => key), places);
  if (!isEmpty(layout)) fragment.layout = layout;
  return fragment;
}

function closed(step: Step, chosen: ReadonlySet<string>): Step {
  const links = Object.entries(linksOf(step)).filter(([, target]) => chosen.has(target));
  return withLinks(step, Object.fromEntries(links));
}

function layoutOf(document: FlowDocument, keys: readonly string[], places: ReadonlyMap<string, Point>): Layout {
  const at = (key: string): Point | undefined => document.layout?.steps?.[key] ?? places.get(key);
  const steps = Object.fromEntries(keys.flatMap((key) => (at(key) ? [[key, at(key)!]] : [])));
  return isEmpty(steps) ? {} : { steps };
}

/** The fragment as the text of a flow file. */
export function copyText(fragment: Fragment): string {
  return stringify({ format: 1, ...fragment }, { lineWidth: 120 });
}

const NOTHING = "What is on the clipboard is no piece of a flow. Copy steps, or the text of a flow file, first.";

/** The steps, notes and places in a copied piece, a whole flow file or the same as JSON; else a sentence that says why not. */
export function readText(text: string): Fragment | string {
  if (text.length > MAX_CHARS) return "What is on the clipboard is larger than a flow may be (1 MiB).";
  const data = parsed(text);
  if (!isObject(data) || !isObject(data.steps)) return NOTHING;
  const steps: Record<string, Step> = {};
  for (const [key, step] of Object.entries(data.steps)) {
    if (!isObject(step) || typeof step.kind !== "string" || !step.kind) return `'${key}' on the clipboard is no step: it has no kind.`;
    steps[key] = readStep(step);
  }
  if (isEmpty(steps)) return NOTHING;
  const fragment: Fragment = { steps };
  const notes = readNotes(data.notes);
  if (!isEmpty(notes)) fragment.notes = notes;
  const layout = readLayout(data.layout, steps);
  if (!isEmpty(layout)) fragment.layout = layout;
  return fragment;
}

function parsed(text: string): Json | undefined {
  try {
    // No aliases, as in flow files: a few of them can stand for a text of gigabytes.
    return parse(text, { maxAliasCount: 0, logLevel: "error" }) as Json;
  } catch {
    return undefined; // any text may be on a clipboard
  }
}

function readStep(step: JsonObject): Step {
  const known = Object.fromEntries(Object.entries(step).filter(([field]) => STEP_FIELDS.includes(field)));
  return tidyStep(known as unknown as Step);
}

function readNotes(notes: Json | undefined): Record<string, Note> {
  if (!isObject(notes)) return {};
  return Object.fromEntries(Object.entries(notes).map(([id, note]) => [id, isObject(note) ? (note as Note) : { text: String(note) }]));
}

function readLayout(layout: Json | undefined, steps: Record<string, Step>): Layout {
  if (!isObject(layout)) return {};
  const places = isObject(layout.steps) ? Object.entries(layout.steps) : [];
  const kept = places.filter(([key, at]) => Object.hasOwn(steps, key) && isPoint(at));
  const groups = isObject(layout.groups) ? (layout.groups as Record<string, Group>) : {};
  return { ...(kept.length ? { steps: Object.fromEntries(kept) as Record<string, Point> } : {}), ...(isEmpty(groups) ? {} : { groups }) };
}

const isPoint = (value: Json): boolean => Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part));
