// Puts the canvas into its element and ties it to the page: the events the parts of the designer share, clipboard, screen width.
import { createRoot } from "react-dom/client";
import { ReactFlowProvider } from "@xyflow/react";
import type { DraftState, Kinds } from "../model/types";
import { Canvas } from "./Canvas";
import { Commands } from "./commands";
import { Context, type CanvasContext } from "./context";
import { pressKey } from "./keys";
import { Session, SOURCE } from "./session";
import { followRun } from "./running";
import type { Mode, Orientation, Overlay } from "./types";
import { firstState, View } from "./viewstate";

const NARROW = "(max-width: 899.98px)";
const NO_KINDS: Kinds = { kinds: [], triggers: [] };

/** Draws the flow of `#designer` into its `#canvas`. Data: data-mode, data-state-url, data-kinds-url, data-sprite, data-label. */
export async function mountCanvas(root: HTMLElement): Promise<void> {
  const designer = document.getElementById("designer") ?? root;
  const mode: Mode = root.dataset.mode === "read" ? "read" : "edit";
  const stateUrl = root.dataset.stateUrl ?? designer.dataset.stateUrl ?? "";
  const [state, kinds] = await Promise.all([
    readBeside<DraftState>("canvas-state", stateUrl),
    readBeside<Kinds>("canvas-kinds", root.dataset.kindsUrl ?? "").then((found) => found ?? NO_KINDS),
  ]);
  if (!state) return complain(root);
  const narrow = window.matchMedia(NARROW);
  const orientation: Orientation = narrow.matches ? "tall" : "wide";
  const view = new View(firstState(state.may.edit ? mode : "read", orientation));
  const session = new Session({ state, kinds, stateUrl, orientation });
  const commands = new Commands(session, view, root);
  const canvas: CanvasContext = { session, view, commands, sprite: root.dataset.sprite ?? "/static/icons/sprite.svg" };
  narrow.addEventListener("change", () => turn(canvas, narrow.matches ? "tall" : "wide"));
  listen(canvas);
  const overlay = readInline<Overlay>("canvas-overlay");
  if (overlay) session.setOverlay(overlay);
  if (root.dataset.overlayUrl) followRun(root.dataset.overlayUrl, root.dataset.run ?? "", session);
  root.textContent = "";
  createRoot(root).render(
    <Context value={canvas}>
      <ReactFlowProvider>
        <Canvas label={root.dataset.label ?? `Canvas of ${state.flow.name}`} />
      </ReactFlowProvider>
    </Context>,
  );
  if (mode === "edit") void session.lookForEarlier();
  followSize(root, commands);
  const wanted = new URLSearchParams(window.location.search).get("step");
  if (wanted) whenReady(root, () => commands.choose(wanted, { tells: false, takesFocus: false }));
}

/** What stood in the middle stays there when a tab opens below; what is chosen stays in sight. */
function followSize(root: HTMLElement, commands: Commands): void {
  let height = root.clientHeight;
  new ResizeObserver(() => {
    const grown = root.clientHeight - height;
    height += grown;
    if (!root.dataset.ready) return;
    commands.arrange.shift(0, grown / 2);
    const { focus } = commands.view.state;
    if (focus && commands.chosen().includes(focus)) commands.reveal(focus);
  }).observe(root);
}

function readInline<Shape>(id: string): Shape | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as Shape) : null;
}

async function readBeside<Shape>(id: string, url: string): Promise<Shape | null> {
  const inline = readInline<Shape>(id);
  if (inline || !url) return inline;
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  return answer.ok ? ((await answer.json()) as Shape) : null;
}

function complain(root: HTMLElement): void {
  root.textContent = "The canvas could not be loaded. Load the page again, or use the outline.";
}

function turn({ session, view, commands }: CanvasContext, orientation: Orientation): void {
  session.setOrientation(orientation);
  view.set({ orientation });
  requestAnimationFrame(() => commands.arrange.begin());
}

function whenReady(root: HTMLElement, run: () => void): void {
  if (root.dataset.ready) run();
  else requestAnimationFrame(() => whenReady(root, run));
}

function on<Detail>(name: string, run: (detail: Detail) => unknown): void {
  document.addEventListener(name, (event) => run((event as CustomEvent<Detail>).detail ?? ({} as Detail)));
}

/** The events of DESIGNER's parts, and keys and clipboard while nobody writes elsewhere. */
function listen(canvas: CanvasContext): void {
  const { session, view, commands } = canvas;
  on<{ key: string | null; source?: string }>("designer:select", ({ key, source }) => {
    if (source !== "canvas") commands.choose(key ?? null, { tells: false, takesFocus: false });
  });
  on<{ state?: DraftState; source?: string }>("designer:changed", ({ state, source }) => {
    if (source === SOURCE && session.isBusy) return;
    if (state) session.take(state);
    else void session.reload();
    void session.lookForEarlier();
  });
  on<Overlay>("designer:overlay", (overlay) => session.setOverlay(overlay));
  on<{ kind?: string }>("designer:add", ({ kind }) => {
    if (kind) void commands.addChosen(kind);
    else if (view.state.focus) void commands.addAfter(view.state.focus);
  });
  on("designer:focus", () => view.state.focus && commands.focus(view.state.focus));
  on<{ hadFocus?: boolean }>("designer:inspector-closed", ({ hadFocus }) => hadFocus && view.state.focus && commands.focus(view.state.focus));
  document.addEventListener("copy", (event) => isOurs(commands.root) && commands.clip.copy(event));
  document.addEventListener("cut", (event) => isOurs(commands.root) && view.state.mode === "edit" && void commands.clip.cut(event));
  document.addEventListener("paste", (event) => isOurs(commands.root) && view.state.mode === "edit" && void commands.clip.paste(event));
  document.addEventListener("keydown", (event) => {
    if (event.target instanceof Node && event.target.contains(commands.root) && !event.defaultPrevented) pressKey(event, commands);
  });
}

/** Whether the keyboard is on the canvas, or nowhere, and nothing is being written. */
function isOurs(root: HTMLElement): boolean {
  const active = document.activeElement;
  if (active?.closest("input, textarea, select, [contenteditable], dialog")) return false;
  return !active || active.contains(root) || root.contains(active);
}
