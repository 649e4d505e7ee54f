// The flow on the canvas: what the server said last, with the edits that are on their way laid over it. No React.
import type { DraftState, FlowDocument, Kinds, Operation, Point } from "../model/types";
import { connectionRefusal, legalTargets, placeSteps, rulesOf, tryEdit, type Rules } from "./model";
import { isForAllErrors, opOfLink, readFlow } from "./flow";
import { Navigator } from "./navigation";
import { shapeOf } from "./ports";
import type { CanvasStep, Orientation, Overlay } from "./types";

export const SOURCE = "canvas";

/** Everything the canvas draws; a new one after each change. */
export interface Scene {
  document: FlowDocument;
  steps: CanvasStep[];
  places: Map<string, Point>;
  navigator: Navigator;
  rules: Rules;
}

interface Options {
  state: DraftState;
  kinds: Kinds;
  stateUrl: string;
  orientation: Orientation;
}

/** Takes states and edits, gives scenes. An edit shows at once; the server's answer replaces it, a refusal removes it. */
export class Session {
  state: DraftState;
  scene: Scene;
  private waiting: Operation[][] = [];
  private earlier: Operation[][] = []; // on their way since before this page was opened
  private listeners = new Set<() => void>();
  private overlay: Overlay | null = null;
  private orientation: Orientation;
  readonly kinds: Kinds;

  constructor(private readonly options: Options) {
    this.state = options.state;
    this.kinds = options.kinds;
    this.orientation = options.orientation;
    this.scene = this.build();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getScene = (): Scene => this.scene;

  step(key: string): CanvasStep | undefined {
    return this.scene.steps.find((step) => step.key === key);
  }

  titleOf = (key: string): string => this.step(key)?.info.title ?? key;

  /** Why this way on may not lead there; null where it may. */
  whyNotConnect(source: string, port: string, target: string): string | null {
    if (isForAllErrors(source, port)) {
      const tried = tryEdit(this.scene.document, [opOfLink(source, port, target)], this.scene.rules);
      return typeof tried === "string" ? tried : null;
    }
    return connectionRefusal(this.scene.document, this.scene.rules, source, port, target);
  }

  /** The steps to which this way on may lead. */
  legalTargets(source: string, port: string): Set<string> {
    if (isForAllErrors(source, port)) {
      return new Set(this.scene.steps.map((step) => step.key).filter((key) => this.whyNotConnect(source, port, key) === null));
    }
    return legalTargets(this.scene.document, source, port, this.scene.rules);
  }

  /** What the server says now. An older one than is known is left alone. */
  take(state: DraftState): void {
    if (state.revision < this.state.revision) return;
    this.state = state;
    this.refresh();
  }

  /** Asks the server again, as after an edit by another view. */
  async reload(): Promise<void> {
    const answer = await fetch(this.options.stateUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.ok) this.take((await answer.json()) as DraftState);
  }

  /** What the queue of edits still holds from before, so that it is seen here too. */
  async lookForEarlier(): Promise<void> {
    const own = new Set(this.waiting.map((ops) => JSON.stringify(ops)));
    const held = (await window.IntegratorEdits?.waiting?.()) ?? [];
    const earlier = held.filter((edit) => edit.sort === "edit" && !edit.typed).map((edit) => edit.ops).filter((ops) => !own.has(JSON.stringify(ops)));
    if (earlier.length === 0 && this.earlier.length === 0) return;
    this.earlier = earlier;
    this.refresh();
  }

  /** Whether an edit of this page is on its way: its answer is taken by who asked. */
  get isBusy(): boolean {
    return this.waiting.length > 0;
  }

  setOverlay(overlay: Overlay | null): void {
    this.overlay = overlay?.name ? overlay : null;
    this.refresh();
  }

  get takenLinks(): ReadonlySet<string> | null {
    return this.overlay?.links ? new Set(this.overlay.links.map(([source, port]) => `${source}>${port}`)) : null;
  }

  setOrientation(orientation: Orientation): void {
    this.orientation = orientation;
    this.refresh();
  }

  /**
   * Makes one edit. Gives the new keys of what was added, by the key proposed; null when it was refused, in which case
   * `refused` has the sentence and nothing has changed.
   */
  async edit(ops: Operation[], refused: (why: string, isTold: boolean) => void): Promise<Record<string, string> | null> {
    const tried = tryEdit(this.scene.document, ops, this.scene.rules);
    if (typeof tried === "string") {
      refused(tried, false);
      return null;
    }
    this.waiting.push(ops);
    this.refresh();
    try {
      const state = await window.IntegratorEdits.submit(ops, SOURCE);
      this.settle(ops);
      this.take(state);
      return state.renamed ?? {};
    } catch (error) {
      this.settle(ops);
      this.refresh();
      refused(error instanceof Error ? error.message : "The change was not taken.", true);
      return null;
    }
  }

  private settle(ops: Operation[]): void {
    this.waiting = this.waiting.filter((each) => each !== ops);
  }

  private refresh(): void {
    this.scene = this.build();
    for (const listener of this.listeners) listener();
  }

  private build(): Scene {
    let document = this.state.document;
    const said = this.state.nodes;
    const rules = rulesOf(this.kinds, Object.fromEntries(Object.entries(said).map(([key, node]) => [key, node.exits.map((exit) => exit.port)])));
    for (const ops of [...this.earlier, ...this.waiting]) {
      const tried = tryEdit(document, ops, rules);
      if (typeof tried !== "string") document = tried;
    }
    const steps = readFlow(document, this.state, this.kinds, this.overlay);
    const sizes = new Map(steps.map((step) => [step.key, shapeOf(step, this.orientation)]));
    const places = placeSteps(document, sizes, this.orientation);
    return { document, steps, places, navigator: new Navigator(steps), rules };
  }
}
