// The flow as a graph to lay out: who follows whom, which links turn back, what only failures lead to.
import { ERROR, linksOf, TRIGGER } from "../model/steps";
import type { FlowDocument } from "../model/types";

export interface Size {
  width: number;
  height: number;
}
/** What a step takes where nobody says; and the room between steps, in pixels. */
export const FALLBACK: Size = { width: 200, height: 92 };
export const GAP_X = 80;
export const GAP_Y = 60;

export type Sizes = ReadonlyMap<string, Size>;

export interface Edge {
  source: string;
  port: string;
  target: string;
  isError: boolean;
  /** It leads to a step that comes before it in reading order, as in a loop. */
  isBack: boolean;
}

export interface Graph {
  /** The trigger and all steps, each after what leads to it (loops apart). */
  order: string[];
  edges: Edge[];
  /** What only the step for errors or error ports lead to. */
  repair: ReadonlySet<string>;
  /** What nothing leads to. */
  loose: ReadonlySet<string>;
}

export function graphOf(document: FlowDocument): Graph {
  const targets = (key: string) => linkedFrom(document, key).map((edge) => edge.target);
  const entries = [TRIGGER, ...(typeof document.on_error === "string" ? [document.on_error] : [])];
  const reached = orderFrom(entries, targets, document);
  const known = new Set(reached);
  const rest = Object.keys(document.steps).filter((key) => !known.has(key));
  const order = [...reached, ...orderFrom(heads(rest, document), targets, document, known)];
  const place = new Map(order.map((key, index) => [key, index]));
  const edges = order.flatMap((key) => linkedFrom(document, key)).map((edge) => ({
    ...edge,
    isBack: place.get(edge.target)! <= place.get(edge.source)!,
  }));
  const plain = reach([TRIGGER], edges.filter((edge) => !edge.isError));
  const repair = new Set(reached.filter((key) => !plain.has(key)));
  return { order, edges, repair, loose: new Set(rest) };
}

function linkedFrom(document: FlowDocument, key: string): Omit<Edge, "isBack">[] {
  const links = key === TRIGGER ? (document.start ? { next: document.start } : {}) : linksOf(document.steps[key]!);
  return Object.entries(links)
    .filter(([, target]) => Object.hasOwn(document.steps, target))
    .map(([port, target]) => ({ source: key, port, target, isError: port === ERROR }));
}

/** Loose steps that no other loose step leads to, then all others, for circles. */
function heads(keys: string[], document: FlowDocument): string[] {
  const led = new Set(keys.flatMap((key) => linkedFrom(document, key).map((edge) => edge.target)));
  return [...keys.filter((key) => !led.has(key)), ...keys];
}

function orderFrom(starts: string[], targets: (key: string) => string[], document: FlowDocument, seen = new Set<string>()): string[] {
  const order: string[] = [];
  for (const start of starts) {
    if (seen.has(start) || (start !== TRIGGER && !Object.hasOwn(document.steps, start))) continue;
    order.push(...postorder(start, targets, seen).reverse());
  }
  return order;
}

function postorder(start: string, targets: (key: string) => string[], seen: Set<string>): string[] {
  const finished: string[] = [];
  const stack = [{ key: start, rest: targets(start).reverse() }];
  seen.add(start);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.rest.shift();
    if (next === undefined) {
      finished.push(top.key);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ key: next, rest: targets(next).reverse() });
    }
  }
  return finished;
}

function reach(starts: string[], edges: readonly { source: string; target: string }[]): Set<string> {
  const following = new Map<string, string[]>();
  for (const { source, target } of edges) following.set(source, [...(following.get(source) ?? []), target]);
  const seen = new Set(starts);
  const todo = [...starts];
  for (let key = todo.pop(); key !== undefined; key = todo.pop()) {
    for (const target of following.get(key) ?? []) {
      if (seen.has(target)) continue;
      seen.add(target);
      todo.push(target);
    }
  }
  return seen;
}
