// What a person can do on the canvas, whether by pointer or by key. Each command is one edit and says what became of it.
import type { ReactFlowInstance } from "@xyflow/react";
import type { Operation, Place, Point } from "../model/types";
import { Arranging } from "./arranging";
import { Clipping } from "./clipping";
import { isForAllErrors, opOfLink } from "./flow";
import { GROUP_PREFIX, isStepId, NOTE_PREFIX, type Element, type LinkElement } from "./elements";
import { freeKey, freePlace, keyOfWords } from "./placing";
import { chooseKind, choosePort, chooseTarget } from "./questions";
import { SOURCE, type Session } from "./session";
import { TRIGGER, type CanvasStep } from "./types";
import type { View } from "./viewstate";
import { count } from "./words";

const HOLD_MS = 350;
const WORDS_ROOM = 96; // beside a step, in pixels of the flow
export type Flow = ReactFlowInstance<Element, LinkElement>;

export class Commands {
  flow: Flow | null = null;
  readonly arrange: Arranging;
  readonly clip: Clipping;
  private dropping = 0;

  constructor(
    readonly session: Session,
    readonly view: View,
    readonly root: HTMLElement,
  ) {
    this.arrange = new Arranging(this);
    this.clip = new Clipping(this);
  }

  // ---- what is chosen -------------------------------------------------------------------------------------------

  /** The ids of chosen steps, notes and frames, in reading order; without any, the one that has the focus. */
  chosen(): string[] {
    const found = (this.flow?.getNodes() ?? []).filter((node) => node.selected).map((node) => node.id);
    const focus = this.view.state.focus;
    return found.length > 0 ? found : focus ? [focus] : [];
  }

  chosenSteps(): string[] {
    return this.chosen().filter((id) => isStepId(id) && id !== TRIGGER);
  }

  chosenLink(): LinkElement | undefined {
    return this.flow?.getEdges().find((edge) => edge.selected);
  }

  /** Chooses one element (null: none) and gives it the keyboard. `tells` the other parts of the page. */
  choose(id: string | null, { tells = true, takesFocus = true } = {}): void {
    this.flow?.setNodes((nodes) => nodes.map((node) => (Boolean(node.selected) === (node.id === id) ? node : { ...node, selected: node.id === id })));
    this.flow?.setEdges((edges) => edges.map((edge) => (edge.selected ? { ...edge, selected: false } : edge)));
    if (id && takesFocus) this.focus(id);
    else if (id) this.view.set({ focus: id });
    if (tells) this.tellChoice(id);
  }

  /** `opens`: the settings are shown too, where the page would not do so by itself. */
  tellChoice(id: string | null, opens = false): void {
    const key = id && isStepId(id) ? id : null;
    const detail = { key, source: SOURCE, ...(opens && key ? { inspect: true } : {}) };
    document.dispatchEvent(new CustomEvent("designer:select", { detail }));
  }

  /** Moves the keyboard to an element and the view with it, where it is out of sight. */
  focus(id: string): void {
    this.view.set({ focus: id });
    this.reveal(id);
    let tries = 0;
    const land = () => {
      const element = this.root.querySelector<HTMLElement>(`[data-step="${CSS.escape(id)}"]`);
      if (element) {
        element.focus({ preventScroll: true });
        if (tries > 0) this.reveal(id);
      } else if ((tries += 1) < 30) requestAnimationFrame(land);
    };
    land();
  }

  /** Pans so far that the element can be seen. */
  reveal(id: string): void {
    const node = this.flow?.getNode(id);
    if (!node || !this.flow) return;
    const { x, y, zoom } = this.flow.getViewport();
    const box = this.root.getBoundingClientRect();
    const left = node.position.x * zoom + x;
    const top = node.position.y * zoom + y;
    const width = (node.width ?? node.measured?.width ?? 0) * zoom;
    const height = (node.height ?? node.measured?.height ?? 0) * zoom;
    const room = Math.min(WORDS_ROOM * zoom, Math.max(8, (box.width - width) / 2)); // for what its ways are called
    if (left >= 8 && top >= 8 && left + width <= box.width - room && top + height <= box.height - 8) return;
    const middle = { x: node.position.x + (node.width ?? 0) / 2, y: node.position.y + (node.height ?? 0) / 2 };
    void this.flow.setCenter(middle.x, middle.y, { zoom: Math.max(zoom, 0.5), duration: this.arrange.motion(160) });
  }

  // ---- edits ----------------------------------------------------------------------------------------------------

  /** One edit; null when it was refused, which is told. `done` is what is said when it was taken. */
  async edit(ops: Operation[], done: string): Promise<Record<string, string> | null> {
    if (ops.length === 0 || this.view.state.mode === "read") return null;
    const renamed = await this.session.edit(ops, (why, isTold) => (isTold ? this.view.say(why) : this.refuse(why)));
    if (renamed) this.view.say(done);
    return renamed;
  }

  refuse(why: string, code = "edit.refused"): void {
    document.dispatchEvent(new CustomEvent("designer:refused", { detail: { message: why, code, source: "canvas" } }));
    this.view.say(why);
  }

  /** Adds a step of this kind behind a port (or loose, at a place), and chooses it. */
  async add(kind: string, where: { after?: Place; at?: Point }): Promise<string | null> {
    const facts = this.session.kinds.kinds.find((each) => each.key === kind);
    const key = freeKey(keyOfWords(facts?.label ?? kind), this.session.scene.document.steps);
    const at = where.at ?? (where.after ? freePlace(this.session.scene, where.after) : undefined);
    const op: Operation = { op: "add_step", key, kind, ...(where.after ? { after: where.after } : {}), ...(at ? { at } : {}) };
    const behind = where.after ? ` after ${this.session.titleOf(where.after.step)}` : "";
    const adding = this.edit([op], `${facts?.label ?? kind} added${behind}`);
    if (this.session.step(key)) this.choose(key, { tells: false });
    const renamed = await adding;
    if (!renamed) return null;
    const final = renamed[key] ?? key;
    if (this.view.state.focus !== key) return final; // somebody went on meanwhile
    if (final !== key) this.choose(final);
    else this.tellChoice(final);
    return final;
  }

  /** Asks which kind, then adds it behind this port; without a port, behind the first that is free. */
  async addAfter(source: string, port?: string): Promise<void> {
    if (!isStepId(source)) return;
    const from = this.session.step(source);
    const way = port ?? (from ? firstFreePort(from) : "next");
    const kind = await chooseKind(this.view, this.session.kinds, `Add after ${this.session.titleOf(source)}${wayWords(from, way)}`);
    if (kind) await this.add(kind, { after: { step: source, port: way } });
    else this.focus(source);
  }

  /** As the palette asks: behind the chosen step's first free port, else at the end of the flow. */
  async addChosen(kind: string): Promise<void> {
    const step = this.chosen().find(isStepId) ?? lastOpenStep(this.session.scene.steps);
    const from = step ? this.session.step(step) : undefined;
    await this.add(kind, from ? { after: { step: from.key, port: firstFreePort(from) } } : {});
  }

  /** Another way on from a step: asks for the port, then for what follows. */
  async addPath(key: string): Promise<void> {
    const step = this.session.step(key);
    if (!step) return;
    const port = await choosePort(this.view, this.session, step, { onlyFree: true });
    if (port) await this.leadOn(key, port);
    else this.focus(key);
  }

  /** Connects by keyboard: which way on, then where to. */
  async connectFrom(key: string): Promise<void> {
    const step = this.session.step(key);
    if (!step) return;
    const port = await choosePort(this.view, this.session, step, { onlyFree: false });
    if (port) await this.leadOn(key, port);
    else this.focus(key);
  }

  private async leadOn(key: string, port: string): Promise<void> {
    const target = await chooseTarget(this.view, this.session, key, port);
    if (target === null) this.focus(key);
    else if (target === "+new") await this.addAfter(key, port);
    else if (target === "+none") await this.disconnect(key, port);
    else await this.connect(key, port, target);
  }

  async connect(source: string, port: string, target: string): Promise<void> {
    const why = this.whyNotConnect(source, port, target);
    if (why) return this.refuse(why);
    const way = isForAllErrors(source, port) ? "Any error" : this.session.titleOf(source);
    const done = `${way} leads ${port === "next" || isForAllErrors(source, port) ? "" : `by ${port} `}to ${this.session.titleOf(target)}`;
    await this.edit([opOfLink(source, port, target)], done);
    this.focus(source);
  }

  whyNotConnect(source: string, port: string, target: string): string | null {
    return this.session.whyNotConnect(source, port, target);
  }

  async disconnect(source: string, port: string): Promise<void> {
    await this.edit([opOfLink(source, port, null)], `Link from ${this.session.titleOf(source)} removed`);
    this.focus(source);
  }

  /** Deletes what is chosen: a link, or steps, notes and frames. What led to a step leads on to what followed it. */
  async removeChosen(): Promise<void> {
    const link = this.chosenLink();
    if (link) return this.disconnect(link.source, link.data?.port ?? "next");
    const ids = this.chosen();
    const keys = this.chosenSteps();
    const after = ids[0] ? (this.session.scene.navigator.step(ids[0], -1) ?? this.session.scene.navigator.step(ids[0], 1)) : null;
    const ops: Operation[] = keys.length > 0 ? [{ op: "delete_steps", keys, heal: true }] : [];
    for (const id of ids) {
      if (id.startsWith(NOTE_PREFIX)) ops.push({ op: "delete_note", id: id.slice(NOTE_PREFIX.length) });
      if (id.startsWith(GROUP_PREFIX)) ops.push({ op: "delete_group", id: id.slice(GROUP_PREFIX.length) });
      if (id === TRIGGER && this.session.scene.document.trigger) ops.push({ op: "remove_trigger" });
    }
    const said = keys.length === 1 ? this.session.titleOf(keys[0] as string) : count(ids.length, "element");
    const done = await this.edit(ops, `${said} deleted. Ctrl and Z brings it back.`);
    if (done) this.choose(after && !keys.includes(after) ? after : null);
  }

  async rename(key: string, name: string): Promise<void> {
    if (key === TRIGGER) return;
    await this.edit([{ op: "set", target: `steps/${key}`, path: ["name"], value: name }], `Renamed to ${name}`);
  }

  writeNote(id: string, text: string): void {
    void this.edit([{ op: "put_note", id: id.slice(NOTE_PREFIX.length), text }], "Note kept");
  }

  resizeNote(id: string, box: { x: number; y: number; width: number; height: number }): void {
    const at: Point = [Math.round(box.x), Math.round(box.y)];
    void this.edit([{ op: "put_note", id: id.slice(NOTE_PREFIX.length), at, size: [Math.round(box.width), Math.round(box.height)] }], "Note resized");
  }

  endFrameTitle(id: string, title: string): void {
    if (this.view.state.naming !== id) return;
    this.view.set({ naming: null });
    const key = id.slice(GROUP_PREFIX.length);
    const before = this.session.scene.document.layout?.groups?.[key]?.title ?? "";
    if (title.trim() !== before) void this.edit([{ op: "put_group", id: key, title: title.trim() }], "Frame renamed");
    this.focus(id);
  }

  // ---- the buttons of a link ------------------------------------------------------------------------------------

  holdTools(): void {
    window.clearTimeout(this.dropping);
  }

  dropTools(): void {
    window.clearTimeout(this.dropping);
    this.dropping = window.setTimeout(() => this.view.set({ tools: null }), HOLD_MS);
  }
}

/** The first port that leads nowhere, else the first of all: what is added there goes in between. */
export function firstFreePort(step: CanvasStep): string {
  const exits = step.info.exits.filter((exit) => exit.port !== "error");
  const linked = new Set(step.links.map((link) => link.port));
  return (exits.find((exit) => !linked.has(exit.port)) ?? exits[0] ?? { port: "next" }).port;
}

function lastOpenStep(steps: readonly CanvasStep[]): string | undefined {
  const open = steps.filter((step) => !step.isRepair && step.info.exits.some((exit) => exit.port !== "error") && step.links.length === 0);
  return open.at(-1)?.key ?? steps[0]?.key;
}

/** By which of several ways: `, by “large”`. */
function wayWords(step: CanvasStep | undefined, port: string): string {
  const exits = step?.info.exits ?? [];
  const isOneOfMany = exits.filter((each) => each.port !== "error").length > 1;
  const exit = isOneOfMany || port === "error" ? exits.find((each) => each.port === port) : undefined;
  return exit ? `, by “${exit.label}”` : "";
}
