// Which steps lie in which branches: openers push themselves, a join pops the innermost (flows/definition/scopes.py).
import { ERROR, linksOf, withLink } from "./steps";
import type { Facts } from "./steps";
import type { FlowDocument } from "./types";

export type Stack = readonly string[];

export interface ScopeFault {
  step: string;
  /** The link that breaks a scope; null where the step itself is the fault. */
  port: string | null;
  message: string;
}

export interface Scopes {
  /** The openers round each step that is reached, outermost first. */
  stacks: ReadonlyMap<string, Stack>;
  /** With which openers a step is reached; a join is reached with one more than it lies in. */
  arrivals: ReadonlyMap<string, Stack>;
  joins: ReadonlyMap<string, string>;
  faults: readonly ScopeFault[];
}

export function computeScopes(document: FlowDocument, facts: Facts): Walk {
  const walk = new Walk(document, facts);
  if (document.start !== undefined && Object.hasOwn(document.steps, document.start)) walk.run(document.start);
  const handler = document.on_error;
  if (typeof handler === "string" && Object.hasOwn(document.steps, handler)) walk.enterForErrors(handler);
  return walk;
}

/** Why a link would break a scope, judged by the flow without it; null where it would not. */
export function linkFault(before: FlowDocument, after: FlowDocument, link: Link, facts: Facts): string | null {
  const { source, port, target } = link;
  if (Object.hasOwn(before.steps, source)) {
    const bare = { ...before, steps: { ...before.steps, [source]: withLink(before.steps[source]!, port, null) } };
    const walk = computeScopes(bare, facts);
    const [stack, there] = [walk.leaving(source, port), walk.arrivals.get(target)];
    if (stack && there) return sameStack(stack, there) ? null : walk.refusal(source, port, target, stack, there);
  }
  const known = new Set(computeScopes(before, facts).faults.map(nameOf));
  const fresh = computeScopes(after, facts).faults.find((fault) => fault.port !== null && !known.has(nameOf(fault)));
  return fresh?.message ?? null;
}

export interface Link {
  source: string;
  port: string;
  target: string;
}

const nameOf = (fault: ScopeFault): string => `${fault.step}\n${fault.port}`;

export const sameStack = (one: Stack, other: Stack): boolean =>
  one.length === other.length && one.every((opener, index) => opener === other[index]);

const startsWith = (stack: Stack, head: Stack): boolean => sameStack(stack.slice(0, head.length), head);

export class Walk implements Scopes {
  readonly stacks = new Map<string, Stack>();
  readonly arrivals = new Map<string, Stack>();
  readonly joins = new Map<string, string>();
  readonly faults: ScopeFault[] = [];

  constructor(
    private readonly document: FlowDocument,
    private readonly facts: Facts,
  ) {}

  enterForErrors(handler: string): void {
    const arrival = this.arrivals.get(handler);
    if (arrival === undefined) this.run(handler);
    else if (arrival.length) {
      const message =
        `'${handler}' lies in the branches of '${arrival.at(-1)}', but a failure leaves all branches. ` +
        "Name a step outside of them as 'on_error'.";
      this.faults.push({ step: handler, port: null, message });
    }
  }

  run(start: string): void {
    this.arrive(start, []);
    const todo = [start];
    for (let key = todo.shift(); key !== undefined; key = todo.shift()) {
      for (const [port, target] of Object.entries(linksOf(this.document.steps[key]!))) {
        if (!Object.hasOwn(this.document.steps, target)) continue;
        const stack = this.leaving(key, port) ?? [];
        const there = this.arrivals.get(target);
        if (there === undefined) {
          this.arrive(target, stack);
          todo.push(target);
        } else if (!sameStack(there, stack)) {
          this.faults.push({ step: key, port, message: this.refusal(key, port, target, stack, there) });
        }
      }
    }
  }

  private kind(key: string) {
    return this.facts.kinds.get(this.document.steps[key]?.kind ?? "");
  }

  private arrive(key: string, stack: Stack): void {
    this.arrivals.set(key, stack);
    if (!this.kind(key)?.closes_scope) {
      this.stacks.set(key, stack);
      return;
    }
    this.stacks.set(key, stack.slice(0, -1));
    const opener = stack.at(-1);
    if (opener === undefined) {
      const message = `'${key}' joins nothing: no 'parallel' or 'for_each' step leads to it. Remove it or put one before it.`;
      this.faults.push({ step: key, port: null, message });
      return;
    }
    const first = this.joins.get(opener) ?? key;
    this.joins.set(opener, first);
    if (first !== key) {
      const message = `'${opener}' already has the join '${first}', so '${key}' cannot join it too. Lead all its branches to one join.`;
      this.faults.push({ step: key, port: null, message });
    }
  }

  /** With which openers a link leaves; undefined where nothing leads to its step. */
  leaving(key: string, port: string): Stack | undefined {
    const own = this.stacks.get(key);
    const kind = this.kind(key);
    const outer = port === ERROR || Boolean(kind?.outer_ports.includes(port));
    return own && kind?.opens_scope && !outer ? [...own, key] : own;
  }

  refusal(key: string, port: string, target: string, stack: Stack, there: Stack): string {
    const [problem, remedy] = this.words(stack, there);
    return `The link '${port}' from '${key}' to '${target}' ${problem}. ${remedy}.`;
  }

  private words(stack: Stack, there: Stack): [string, string] {
    if (startsWith(there, stack)) {
      const opener = there[stack.length]!;
      return [`goes into ${this.inside(opener)} from outside`, `Link to '${opener}' instead, so that ${this.starts(opener)}`];
    }
    if (startsWith(stack, there)) {
      const opener = stack[there.length]!;
      const on = this.isLoop(opener) ? `. What comes after the last item follows the port 'next' of '${opener}'` : "";
      return [
        `leaves ${this.inside(opener)} without its join`,
        `Lead it to the join of '${opener}' first, or let the branch end${on}`,
      ];
    }
    return [`goes from ${this.inside(stack.at(-1)!)} into ${this.inside(there.at(-1)!)}`, "Join the first before the second begins"];
  }

  private isLoop(opener: string): boolean {
    return Boolean(this.kind(opener)?.outer_ports.length);
  }

  private inside(opener: string): string {
    return `the ${this.isLoop(opener) ? "body" : "branches"} of '${opener}'`;
  }

  private starts(opener: string): string {
    return this.isLoop(opener) ? "it runs for each item" : "all its branches start";
  }
}
