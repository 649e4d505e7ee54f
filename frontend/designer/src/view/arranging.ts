// Where things stand and what is seen of them: moving, tidying, notes and frames, zoom, finding.
import type { Operation, Point } from "../model/types";
import { ALIGNMENTS, align, type Alignment } from "./aligning";
import type { Commands } from "./commands";
import { GROUP_PREFIX, isStepId, NOTE_PREFIX, type Element } from "./elements";
import { tidySteps } from "./model";
import { clearPlace, freeKey } from "./placing";
import { TRIGGER } from "./types";
import { shapeOf } from "./ports";
import { count } from "./words";

export const GRID = 20;
const FIT = { padding: 0.12, maxZoom: 1 };

export class Arranging {
  constructor(private readonly commands: Commands) {}

  /** Milliseconds of a motion: none for people who asked for none. */
  motion(ms: number): number {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ms;
  }

  /** Keeps where elements were dragged to; a frame takes its steps along. */
  async place(moved: readonly Element[]): Promise<void> {
    const positions: Record<string, Point> = {};
    const ops: Operation[] = [];
    for (const node of moved) {
      const at: Point = [Math.round(node.position.x), Math.round(node.position.y)];
      if (isStepId(node.id)) positions[node.id] = at;
      if (node.id.startsWith(NOTE_PREFIX)) ops.push({ op: "put_note", id: node.id.slice(NOTE_PREFIX.length), at });
    }
    for (const frame of moved.filter((node) => node.id.startsWith(GROUP_PREFIX))) this.takeAlong(frame, positions);
    if (Object.keys(positions).length > 0) ops.unshift({ op: "move", positions: { ...this.standing(), ...positions } });
    await this.commands.edit(ops, `${count(moved.length, "element")} moved`);
  }

  /** Where all steps stand, when none of it is kept yet: else one move would let the others jump. */
  private standing(): Record<string, Point> {
    const { scene } = this.commands.session;
    const kept = scene.document.layout?.steps ?? {};
    if (this.commands.view.state.orientation === "tall") return {};
    const hasPlace = (key: string) => (key === TRIGGER ? scene.document.layout?.trigger !== undefined : key in kept);
    return Object.fromEntries([...scene.places].filter(([key]) => !hasPlace(key)));
  }

  private takeAlong(frame: Element, positions: Record<string, Point>): void {
    if (frame.type !== "frame") return;
    const { scene } = this.commands.session;
    for (const key of frame.data.steps) {
      const node = this.commands.flow?.getNode(key);
      const at = node ? ([node.position.x, node.position.y] as Point) : scene.places.get(key);
      if (at) positions[key] ??= [Math.round(at[0]), Math.round(at[1])];
    }
  }

  /** Moves what is chosen by keys. */
  async nudge(dx: number, dy: number): Promise<void> {
    const { flow, view } = this.commands;
    if (view.state.orientation === "tall") return view.say("Steps stand by themselves on a narrow screen");
    const ids = new Set(this.commands.chosen());
    const nodes = (flow?.getNodes() ?? []).filter((node) => ids.has(node.id));
    const moved = nodes.flatMap((node) => {
      const members = node.type === "frame" ? node.data.steps.flatMap((key) => flow?.getNode(key) ?? []) : [];
      return [node, ...members];
    });
    const unique = [...new Map(moved.map((node) => [node.id, node])).values()];
    await this.place(unique.map((node) => ({ ...node, position: { x: node.position.x + dx, y: node.position.y + dy } }) as Element));
  }

  /** What is chosen and can be aligned: steps, the start and notes. A frame follows its steps. */
  private alignable(): Element[] {
    const ids = new Set(this.commands.chosen());
    return (this.commands.flow?.getNodes() ?? []).filter((node) => ids.has(node.id) && node.type !== "frame");
  }

  /** Asks how, then aligns or spreads what is chosen. */
  async askToAlign(): Promise<void> {
    const { view } = this.commands;
    const before = view.state.focus;
    const number = this.alignable().length;
    if (!this.canAlign(number)) return;
    const choices = ALIGNMENTS.map(({ how, label, note, least }) => {
      const why = number < least ? `Choose ${least} or more first` : "";
      return { id: how, label, note: why || note, icon: how === "across" || how === "down" ? "arrows-sort" : "layout-grid", ...(why ? { isRefused: why } : {}) };
    });
    const found = await view.ask({ title: `Align ${count(number, "element")}`, placeholder: "How", choices });
    if (found) await this.align(found.id as Alignment);
    if (before) this.commands.focus(before);
  }

  /** Aligns or spreads what is chosen; it stays chosen. */
  async align(how: Alignment): Promise<void> {
    const { view } = this.commands;
    const nodes = this.alignable();
    if (!this.canAlign(nodes.length)) return;
    const boxes = nodes.map(({ id, position, width = 0, height = 0 }) => ({ id, ...position, width, height }));
    const places = align(boxes, how);
    if (places.size === 0) return view.say("They stand so already");
    const moved = nodes.flatMap((node) => {
      const at = places.get(node.id);
      return at ? [{ ...node, position: { x: at[0], y: at[1] } } as Element] : [];
    });
    await this.place(moved);
  }

  private canAlign(number: number): boolean {
    const { view } = this.commands;
    if (view.state.orientation === "tall") view.say("Steps stand by themselves on a narrow screen");
    else if (number < 2) view.say("Choose two or more steps first: with Space, or by a click with Shift");
    else return true;
    return false;
  }

  /** Lays the whole flow out anew. */
  async tidy(): Promise<void> {
    const { session, view, flow } = this.commands;
    const sizes = new Map(session.scene.steps.map((step) => [step.key, shapeOf(step, "wide")]));
    view.say("Tidying");
    const positions = await tidySteps(session.scene.document, sizes, this.commands.root.dataset.worker);
    const tidied = this.commands.edit([{ op: "move", positions: Object.fromEntries(positions) }], "The flow is tidied");
    requestAnimationFrame(() => void flow?.fitView({ ...FIT, duration: this.motion(200) }));
    await tidied;
  }

  /** On a narrow screen the start, large enough to be read; else everything. */
  begin(): void {
    const { flow, view, root } = this.commands;
    if (view.state.orientation === "wide") return this.fit();
    const nodes = flow?.getNodes() ?? [];
    const left = Math.min(...nodes.map((node) => node.position.x));
    const right = Math.max(...nodes.map((node) => node.position.x + (node.width ?? 0)));
    const top = Math.min(...nodes.map((node) => node.position.y));
    const { width } = root.getBoundingClientRect();
    const zoom = Math.min(1, Math.max(0.6, width / (right - left + 110)));
    void flow?.setViewport({ zoom, x: width / 2 - ((left + right) / 2) * zoom, y: 20 - top * zoom });
  }

  /** Moves what is seen by so many pixels of the screen, at once. Keeps a narrow screen, which scrolls, as it is. */
  shift(x: number, y: number): void {
    const { flow, view } = this.commands;
    if (!flow || view.state.orientation === "tall" || (!x && !y)) return;
    const seen = flow.getViewport();
    void flow.setViewport({ ...seen, x: seen.x + x, y: seen.y + y });
  }

  fit(): void {
    void this.commands.flow?.fitView({ ...FIT, duration: this.motion(200) });
  }

  zoom(by: 1 | -1): void {
    const options = { duration: this.motion(120) };
    void (by > 0 ? this.commands.flow?.zoomIn(options) : this.commands.flow?.zoomOut(options));
  }

  zoomToChosen(): void {
    const nodes = this.commands.chosen().map((id) => ({ id }));
    void this.commands.flow?.fitView({ ...FIT, nodes, padding: 0.4, duration: this.motion(200) });
  }

  /** A note in the middle of what is seen, ready to be written. */
  async addNote(): Promise<void> {
    const { session, view, flow, root } = this.commands;
    if (!flow || view.state.orientation === "tall") return;
    const box = root.getBoundingClientRect();
    const { x, y } = flow.screenToFlowPosition({ x: box.left + box.width / 2 - 90, y: box.top + box.height / 2 - 40 });
    const id = freeKey("note", session.scene.document.notes ?? {});
    const at = clearPlace(session.scene, [Math.round(x / GRID) * GRID, Math.round(y / GRID) * GRID]);
    const renamed = await this.commands.edit([{ op: "put_note", id, text: "", at, size: [180, 80] }], "Note added");
    if (!renamed) return;
    this.commands.choose(NOTE_PREFIX + id);
    view.set({ naming: NOTE_PREFIX + id });
  }

  /** Puts a frame round the chosen steps. */
  async group(): Promise<void> {
    const { session, view } = this.commands;
    const steps = this.commands.chosenSteps();
    if (steps.length === 0) return view.say("Choose the steps that belong together first");
    const id = freeKey("group", session.scene.document.layout?.groups ?? {});
    const renamed = await this.commands.edit([{ op: "put_group", id, title: "Group", steps }], `Frame round ${count(steps.length, "step")}`);
    if (!renamed) return;
    this.commands.choose(GROUP_PREFIX + id);
    view.set({ naming: GROUP_PREFIX + id });
  }

  /** Jumps to a step or note by its words. */
  async find(): Promise<void> {
    const { session, view } = this.commands;
    const steps = session.scene.steps.map((step) => ({
      id: step.key,
      label: step.info.title,
      note: step.problems > 0 ? `${step.info.kind_label}, ${count(step.problems, "problem")}` : step.info.kind_label,
      icon: step.info.icon,
      words: `${step.key} ${step.info.text}`,
    }));
    const notes = Object.entries(session.scene.document.notes ?? {}).map(([id, note]) => ({
      id: NOTE_PREFIX + id,
      label: note.text ?? "",
      note: "Note",
      icon: "note",
    }));
    const before = view.state.focus;
    const found = await view.ask({ title: "Find in the flow", placeholder: "Name, kind or text of a step", choices: [...steps, ...notes] });
    if (found) this.commands.choose(found.id);
    else if (before) this.commands.focus(before);
  }
}
