// Where the arrow keys lead: right along the next link, left back, up and down between branches. Pure.
import type { CanvasStep } from "./types";

export type Direction = "right" | "left" | "up" | "down";

/** Answers where the focus goes from a step. Build one for each state of the flow. */
export class Navigator {
  private readonly byKey: Map<string, CanvasStep>;
  private readonly before = new Map<string, string[]>();
  private readonly order: readonly string[];

  constructor(steps: readonly CanvasStep[]) {
    this.byKey = new Map(steps.map((step) => [step.key, step]));
    this.order = steps.map((step) => step.key);
    for (const step of steps)
      for (const link of step.links) {
        const found = this.before.get(link.target) ?? [];
        if (!found.includes(step.key)) this.before.set(link.target, [...found, step.key]);
      }
  }

  /** The key to go to, or null where that way nothing lies. `camefrom` is the step one came from, if known. */
  move(from: string, direction: Direction, camefrom: string | null): string | null {
    if (direction === "right") return this.forward(from);
    if (direction === "left") return this.back(from, camefrom);
    return this.aside(from, direction === "down" ? 1 : -1, camefrom) ?? this.step(from, direction === "down" ? 1 : -1);
  }

  /** The next or previous step in reading order. */
  step(from: string, by: 1 | -1): string | null {
    const at = this.order.indexOf(from);
    return this.order[at + by] ?? null;
  }

  first(): string | null {
    return this.order[0] ?? null;
  }

  last(): string | null {
    return this.order.at(-1) ?? null;
  }

  private forward(from: string): string | null {
    const links = this.byKey.get(from)?.links ?? [];
    const plain = links.find((link) => link.port === "next") ?? links.find((link) => link.port !== "error") ?? links[0];
    return plain && this.byKey.has(plain.target) ? plain.target : null;
  }

  private back(from: string, camefrom: string | null): string | null {
    const sources = this.before.get(from) ?? [];
    if (camefrom && sources.includes(camefrom)) return camefrom;
    return [...sources].sort((a, b) => this.order.indexOf(a) - this.order.indexOf(b))[0] ?? null;
  }

  /** The neighbour that hangs on another port of the same step before it. */
  private aside(from: string, by: 1 | -1, camefrom: string | null): string | null {
    const parent = this.back(from, camefrom);
    const links = parent ? (this.byKey.get(parent)?.links ?? []) : [];
    const targets = [...new Set(links.map((link) => link.target))];
    return targets[targets.indexOf(from) + by] && targets.includes(from) ? (targets[targets.indexOf(from) + by] ?? null) : null;
  }
}
