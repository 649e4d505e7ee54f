// Reads a draft's document into steps as the canvas draws them, in reading order. Pure; what the server says wins over guesses.
import type { DraftState, FlowDocument, Kinds, NodeFacts, Operation, Step } from "../model/types";
import { TRIGGER, type CanvasStep, type Overlay, type StepLink } from "./types";

export type Described = Pick<DraftState, "nodes" | "trigger" | "problems">;

/** The trigger and all steps in reading order, then those that nothing leads to. */
export function readFlow(document: FlowDocument, said: Described, kinds: Kinds, overlay: Overlay | null): CanvasStep[] {
  const order = readingOrder(document);
  const repair = stepsForErrorsAlone(document);
  const problems = countProblems(said.problems);
  const steps = order.map((key): CanvasStep => {
    const info = describe(key, document.steps[key] as Step, said.nodes[key], kinds);
    return {
      key,
      info,
      links: linksOf(document.steps[key] as Step, info),
      ...(problems.get(key) ?? NO_PROBLEMS),
      isTrigger: false,
      isRepair: repair.has(key),
      state: overlay?.steps?.[key] ?? null,
    };
  });
  const trigger = readTrigger(document, said, kinds);
  if (!trigger) return steps;
  const found = problems.get(TRIGGER) ?? NO_PROBLEMS;
  return [{ ...trigger, ...found, state: overlay?.steps?.[TRIGGER] ?? null }, ...steps];
}

/** Each step after what leads to it (loops apart), branches whole and in the order of their links; the rest behind. */
export function readingOrder(document: FlowDocument): string[] {
  const seen = new Set<string>();
  const order: string[] = [];
  for (const entry of [document.start, document.on_error]) {
    if (typeof entry !== "string" || !document.steps[entry] || seen.has(entry)) continue;
    order.push(...walk(entry, document, seen));
  }
  return [...order, ...Object.keys(document.steps).filter((key) => !seen.has(key))];
}

/** Whether this is the way that all errors take which have none of their own: the flow's `on_error`, drawn from the start. */
export function isForAllErrors(source: string, port: string): boolean {
  return source === TRIGGER && port === "error";
}

/** The operation that lets a way on lead to a step, or with null nowhere. */
export function opOfLink(source: string, port: string, target: string | null): Operation {
  if (isForAllErrors(source, port)) return { op: "set", target: "flow", path: ["on_error"], value: target };
  return target === null ? { op: "disconnect", source, port } : { op: "connect", source, port, target };
}

/** The links of a step by port: `next` first, then those of `on`. */
export function rawLinks(step: Step): [string, string][] {
  return [...(step.next ? [["next", step.next] as [string, string]] : []), ...Object.entries(step.on ?? {})];
}

const NO_PROBLEMS = { problems: 0, severity: "" as const };

function walk(start: string, document: FlowDocument, seen: Set<string>): string[] {
  const finished: string[] = [];
  const targets = (key: string) => rawLinks(document.steps[key] as Step).map(([, target]) => target).reverse();
  const stack: [string, string[]][] = [[start, targets(start)]];
  seen.add(start);
  while (stack.length > 0) {
    const [key, rest] = stack[stack.length - 1] as [string, string[]];
    const following = rest.find((target) => document.steps[target] && !seen.has(target));
    if (following === undefined) {
      finished.push(key);
      stack.pop();
      continue;
    }
    seen.add(following);
    stack.push([following, targets(following)]);
  }
  return finished.reverse();
}

/** Steps that can be reached, yet by no way without an error port. */
function stepsForErrorsAlone(document: FlowDocument): Set<string> {
  const reach = (starts: string[], withErrors: boolean) => {
    const found = new Set<string>();
    const todo = starts.filter((key) => document.steps[key]);
    while (todo.length > 0) {
      const key = todo.pop() as string;
      if (found.has(key)) continue;
      found.add(key);
      for (const [port, target] of rawLinks(document.steps[key] as Step))
        if ((withErrors || port !== "error") && document.steps[target]) todo.push(target);
    }
    return found;
  };
  const start = document.start ? [document.start] : [];
  const handler = typeof document.on_error === "string" ? [document.on_error] : [];
  const plain = reach(start, false);
  return new Set([...reach([...start, ...handler], true)].filter((key) => !plain.has(key)));
}

function describe(key: string, step: Step, said: NodeFacts | undefined, kinds: Kinds): NodeFacts {
  const kind = kinds.kinds.find((each) => each.key === step.kind);
  const known = said?.kind === step.kind ? said : undefined;
  const title = step.name || (known && !known.title ? key : "") || titleOfKey(key);
  if (known) return step.name === undefined ? known : known.title === title ? known : { ...known, title };
  const ports = kind?.ports ?? ["next"];
  return {
    title,
    icon: kind?.icon ?? "help",
    kind: step.kind,
    kind_label: kind?.label ?? step.kind,
    group: kind?.group ?? "",
    text: kind?.text ?? "",
    exits: [...new Set([...ports, ...Object.keys(step.on ?? {})])].map((port) => ({ port, label: port.replaceAll("_", " ") })),
    opens_scope: kind?.opens_scope ?? false,
    closes_scope: kind?.closes_scope ?? false,
    scope: [],
    reachable: true,
  };
}

/** `close_case` read as words: `Close case`. */
export function titleOfKey(key: string): string {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function linksOf(step: Step, info: NodeFacts): StepLink[] {
  const ports = info.exits.map((exit) => exit.port);
  const labels = new Map(info.exits.map((exit) => [exit.port, exit.label]));
  const place = (link: StepLink) => (ports.includes(link.port) ? ports.indexOf(link.port) : ports.length);
  const links = rawLinks(step).map(([port, target]) => ({ port, target, label: labels.get(port) ?? port.replaceAll("_", " ") }));
  return links.sort((one, other) => place(one) - place(other));
}

function readTrigger(document: FlowDocument, said: Described, kinds: Kinds): CanvasStep | null {
  const links = document.start ? [{ port: "next", label: "", target: document.start }] : [];
  if (typeof document.on_error === "string") links.push({ port: "error", label: "on any error", target: document.on_error });
  const shared = { key: TRIGGER, links, problems: 0, severity: "" as const, isTrigger: true, isRepair: false, state: null };
  if (!document.trigger) return { ...shared, info: { ...EMPTY_TRIGGER } };
  const kind = kinds.triggers.find((each) => each.key === document.trigger?.kind);
  const known = said.trigger?.kind === document.trigger.kind ? said.trigger : null;
  const guess = { ...EMPTY_TRIGGER, icon: kind?.icon ?? "bolt", title: kind?.label ?? "Start", kind_label: "Start", text: kind?.text ?? "" };
  const info = known ?? { ...guess, kind: document.trigger.kind };
  return { ...shared, info: { ...info, exits: [{ port: "next", label: "" }] } };
}

const EMPTY_TRIGGER: NodeFacts = {
  title: "Start",
  icon: "bolt",
  kind: "",
  kind_label: "No trigger yet",
  group: "triggers",
  text: "Choose what starts this flow",
  exits: [{ port: "next", label: "" }],
  opens_scope: false,
  closes_scope: false,
  scope: [],
  reachable: true,
};

function countProblems(problems: Described["problems"]): Map<string, { problems: number; severity: "error" | "warning" }> {
  const found = new Map<string, { problems: number; severity: "error" | "warning" }>();
  for (const problem of problems) {
    const key = problem.step;
    if (!key) continue;
    const before = found.get(key);
    const severity = problem.severity === "error" || before?.severity === "error" ? "error" : "warning";
    found.set(key, { problems: (before?.problems ?? 0) + 1, severity });
  }
  return found;
}
