// The keys of the canvas, the same as the outline's where both can do a thing. One table, which the help sheet shows too.
import type { KeyboardEvent as ReactKeyboardEvent } from "react";
import { GRID } from "./arranging";
import type { Commands } from "./commands";
import { isStepId } from "./elements";
import type { Direction } from "./navigation";
import { SOURCE } from "./session";

type Run = (commands: Commands, focus: string | null) => unknown;

interface Key {
  keys: string; // as pressed: "Ctrl+Z", "Alt+ArrowLeft", "?"
  says: string;
  run?: Run; // without one the frame of the page does it
  edits?: boolean;
}

export const KEYS: Key[] = [
  { keys: "ArrowRight", says: "Along the next link", run: (commands, focus) => walk(commands, focus, "right") },
  { keys: "ArrowLeft", says: "Back to what leads here", run: (commands, focus) => walk(commands, focus, "left") },
  { keys: "ArrowDown", says: "To the next branch or step", run: (commands, focus) => walk(commands, focus, "down") },
  { keys: "ArrowUp", says: "To the branch or step before", run: (commands, focus) => walk(commands, focus, "up") },
  { keys: "Home", says: "To the start", run: (commands) => go(commands, commands.session.scene.navigator.first()) },
  { keys: "End", says: "To the last step", run: (commands) => go(commands, commands.session.scene.navigator.last()) },
  { keys: "PageDown", says: "To the next step, note or frame", run: (commands, focus) => cycle(commands, focus, 1) },
  { keys: "PageUp", says: "To the one before", run: (commands, focus) => cycle(commands, focus, -1) },
  { keys: "Enter", says: "Open the settings", run: (commands, focus) => open(commands, focus) },
  { keys: " ", says: "Choose, or take out of the choice", run: (commands, focus) => toggle(commands, focus) },
  { keys: "A", says: "Add a step after this one", run: (commands, focus) => focus && commands.addAfter(focus), edits: true },
  { keys: "B", says: "Add a path", run: (commands, focus) => focus && commands.addPath(focus), edits: true },
  { keys: "C", says: "Connect: choose a way on, then a step", run: (commands, focus) => focus && commands.connectFrom(focus), edits: true },
  { keys: "Delete", says: "Delete what is chosen", run: (commands) => commands.removeChosen(), edits: true },
  { keys: "Backspace", says: "", run: (commands) => commands.removeChosen(), edits: true },
  { keys: "F2", says: "Rename in place", run: (commands, focus) => focus && commands.view.set({ naming: focus }), edits: true },
  { keys: "Alt+ArrowRight", says: "Move to the right; with Shift, further", run: (commands) => commands.arrange.nudge(GRID, 0), edits: true },
  { keys: "Alt+ArrowLeft", says: "Move to the left", run: (commands) => commands.arrange.nudge(-GRID, 0), edits: true },
  { keys: "Alt+ArrowDown", says: "Move down", run: (commands) => commands.arrange.nudge(0, GRID), edits: true },
  { keys: "Alt+ArrowUp", says: "Move up", run: (commands) => commands.arrange.nudge(0, -GRID), edits: true },
  { keys: "Alt+Shift+ArrowRight", says: "", run: (commands) => commands.arrange.nudge(5 * GRID, 0), edits: true },
  { keys: "Alt+Shift+ArrowLeft", says: "", run: (commands) => commands.arrange.nudge(-5 * GRID, 0), edits: true },
  { keys: "Alt+Shift+ArrowDown", says: "", run: (commands) => commands.arrange.nudge(0, 5 * GRID), edits: true },
  { keys: "Alt+Shift+ArrowUp", says: "", run: (commands) => commands.arrange.nudge(0, -5 * GRID), edits: true },
  { keys: "Shift+A", says: "Align or spread what is chosen", run: (commands) => commands.arrange.askToAlign(), edits: true },
  { keys: "Ctrl+Shift+ArrowLeft", says: "Align left edges; other arrows, other edges", run: (commands) => commands.arrange.align("left"), edits: true },
  { keys: "Ctrl+Shift+ArrowRight", says: "", run: (commands) => commands.arrange.align("right"), edits: true },
  { keys: "Ctrl+Shift+ArrowUp", says: "", run: (commands) => commands.arrange.align("top"), edits: true },
  { keys: "Ctrl+Shift+ArrowDown", says: "", run: (commands) => commands.arrange.align("bottom"), edits: true },
  { keys: "Ctrl+A", says: "Choose all", run: (commands) => chooseAll(commands) },
  { keys: "Ctrl+D", says: "Duplicate", run: (commands) => commands.clip.duplicate(), edits: true },
  { keys: "Ctrl+C", says: "Copy; Ctrl + X cuts, Ctrl + V pastes" },
  { keys: "Ctrl+Z", says: "Undo; Ctrl + Y does it again", edits: true },
  { keys: "Ctrl+F", says: "Find", run: (commands) => commands.arrange.find() },
  { keys: "F", says: "Find", run: (commands) => commands.arrange.find() },
  { keys: "N", says: "Add a note", run: (commands) => commands.arrange.addNote(), edits: true },
  { keys: "G", says: "", run: (commands, focus) => focus && commands.connectFrom(focus), edits: true },
  { keys: "Shift+G", says: "Put a frame round what is chosen", run: (commands) => commands.arrange.group(), edits: true },
  { keys: "L", says: "Tidy the whole flow", run: (commands) => commands.arrange.tidy(), edits: true },
  { keys: "0", says: "Show all", run: (commands) => commands.arrange.fit() },
  { keys: "Z", says: "Zoom to what is chosen", run: (commands) => commands.arrange.zoomToChosen() },
  { keys: "+", says: "Zoom in", run: (commands) => commands.arrange.zoom(1) },
  { keys: "-", says: "Zoom out", run: (commands) => commands.arrange.zoom(-1) },
  { keys: "T", says: "Try up to this step", run: (_, focus) => tell("designer:open", { drawer: "try", step: focus }), edits: true },
  { keys: "P", says: "Problems", edits: true },
  { keys: "I", says: "All settings of the step", edits: true },
  { keys: "S", says: "Settings of the flow", edits: true },
  { keys: "?", says: "These keys", run: (commands) => commands.view.set({ isHelping: true }) },
  { keys: "Escape", says: "Choose nothing", run: (commands) => commands.choose(null) },
];

/** Runs what the key stands for; true when it stood for something. */
export function pressKey(event: KeyboardEvent | ReactKeyboardEvent, commands: Commands): boolean {
  const found = KEYS.find((key) => key.keys === nameOf(event));
  if (!found?.run || (found.edits && commands.view.state.mode === "read")) return false;
  event.preventDefault();
  event.stopPropagation();
  void found.run(commands, commands.view.state.focus);
  return true;
}

function nameOf(event: KeyboardEvent | ReactKeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const withShift = event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey || /[a-z]/i.test(event.key));
  return [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", withShift ? "Shift" : "", key].filter(Boolean).join("+");
}

function tell(name: string, detail: object): void {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

let camefrom: string | null = null;

function walk(commands: Commands, focus: string | null, direction: Direction): void {
  const { navigator } = commands.session.scene;
  if (!focus || !isStepId(focus)) return go(commands, navigator.first());
  const target = navigator.move(focus, direction, camefrom);
  if (!target) return commands.view.say(direction === "right" ? "Nothing follows" : direction === "left" ? "Nothing leads here" : "No more steps there");
  if (direction === "right") camefrom = focus;
  else if (direction === "left") camefrom = null;
  go(commands, target);
}

/** The choice follows the keyboard at once; the rest of the page when it has come to rest. */
function go(commands: Commands, key: string | null): void {
  if (!key) return;
  commands.choose(key, { tells: false });
  window.clearTimeout(resting);
  resting = window.setTimeout(() => commands.view.state.focus === key && commands.tellChoice(key), REST_MS);
}

const REST_MS = 250;
let resting = 0;

function cycle(commands: Commands, focus: string | null, by: 1 | -1): void {
  const ids = (commands.flow?.getNodes() ?? []).map((node) => node.id);
  const at = focus ? ids.indexOf(focus) : -1;
  go(commands, ids[(at + by + ids.length) % ids.length] ?? null);
}

function open(commands: Commands, focus: string | null): void {
  if (!focus) return;
  if (!isStepId(focus)) return commands.view.set({ naming: focus });
  window.clearTimeout(resting);
  commands.choose(focus, { tells: false });
  tell("designer:select", { key: focus, source: SOURCE, inspect: true, focus: true });
}

function toggle(commands: Commands, focus: string | null): void {
  commands.flow?.setNodes((nodes) => nodes.map((node) => (node.id === focus ? { ...node, selected: !node.selected } : node)));
}

function chooseAll(commands: Commands): void {
  commands.flow?.setNodes((nodes) => nodes.map((node) => (isStepId(node.id) ? { ...node, selected: true } : node)));
  commands.view.say(`${commands.session.scene.steps.length} steps chosen`);
}
