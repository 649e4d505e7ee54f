// The outline: rows with a roving focus; a press or a key opens what is marked, and each change is an edit of the draft.
import { addressOf, edit, fire, frame, isWriting, listen, offer, speak } from "./bus.js";
import { closeChooser, isChooserOpen } from "./chooser.js";
import { askKind, askName, askNote, askPort, askStep, askWay } from "./outline-asking.js";
import { bindClipboard } from "./outline-clipboard.js";
import { openChoice, closePlace } from "./outline-places.js";
import { redraw } from "./outline-redraw.js";
import { furnish } from "./outline-shared.js";
import { drawOverlay } from "./outline-overlay.js";
import { isPressed, whenReleased } from "../pressing.js";
import { undo } from "./shell.js";

const sheet = document.getElementById("outline-sheet");
const rows = () => [...sheet.querySelectorAll("[data-row]")];
const rowOf = (key) => rows().find((row) => row.dataset.row === key);
const here = () => sheet.querySelector("li.is-at") ?? rows()[0];
const marked = () => [...sheet.querySelectorAll("li.is-marked")];
const chosen = () => (marked().length ? marked() : [here()]).map((row) => row.dataset.row).filter((key) => key !== "trigger");

/** Makes a row the one that keys act on; only its choices can be reached with Tab. */
function settle(row, { focus = true, spread = false } = {}) {
  if (!row) return;
  furnish(row);
  for (const other of rows()) {
    const isIt = other === row;
    other.classList.toggle("is-at", isIt);
    if (isIt) other.setAttribute("aria-current", "step");
    else other.removeAttribute("aria-current");
    if (!spread) other.classList.remove("is-marked");
    other.tabIndex = isIt ? 0 : -1;
    for (const choice of other.querySelectorAll("a.choice, button.choice, .row-name")) choice.tabIndex = isIt ? 0 : -1;
  }
  if (focus) row.focus();
}

function go(row, options) {
  if (!row) return;
  settle(row, options);
  row.scrollIntoView({ block: "nearest" });
  fire("select", { key: row.dataset.row, source: "outline" });
}

function walk(way, { spread = false } = {}) {
  const all = rows();
  const at = all.indexOf(here());
  const next = all[Math.max(0, Math.min(all.length - 1, at + way))];
  if (spread) {
    here().classList.add("is-marked");
    next.classList.add("is-marked");
    speak(`${marked().length} steps marked`);
  }
  go(next, { spread });
}

// ---------- edits
async function change(ops, { then } = {}) {
  const state = await edit(ops, "outline");
  if (!state) delete frame.dataset.wanted;
  else if (then) then(state);
  return state;
}

function insert(row, port, { kind, words }) {
  const key = kind.split(".").at(-1);
  const after = { step: row.dataset.row, port };
  frame.dataset.wanted = key;
  return change([{ op: "add_step", key, kind, after }], {
    then: () => speak(`Added ${words} after ${row.dataset.title}`),
  });
}

/** The port a new step comes behind: the first that leads nowhere ("else" after the others), else the first there is. */
function freePort(row) {
  const links = JSON.parse(row.dataset.links);
  const exits = JSON.parse(row.dataset.exits).map(([port]) => port).filter((port) => port !== "error");
  const free = exits.filter((port) => !(port in links));
  return free.find((port) => port !== "default") ?? free[0] ?? exits[0];
}

function add(row, port = freePort(row)) {
  if (port === undefined) {
    if (row.dataset.namesPorts) return addPath(row);
    return fire("refused", { message: `${row.dataset.title} ends the run, so nothing can follow it. Add the step before it.`, code: "" });
  }
  return askKind(row, (kind, item) => insert(row, port, { kind, words: item.words }));
}

function addPath(row) {
  askPort(row, ({ port, ops }) => {
    askWay(row, { ports: [port], current: "", before: ops }, act);
  });
}

function act({ ops, kind, port, row, words }) {
  if (kind) return change(ops).then(() => insert(row, port, { kind, words }));
  return change(ops);
}

function remove() {
  const keys = chosen();
  if (!keys.length) return;
  const titles = keys.map((key) => rowOf(key).dataset.title);
  const all = rows();
  const at = all.indexOf(rowOf(keys[0]));
  const rest = all.filter((row) => !keys.includes(row.dataset.row));
  frame.dataset.wanted = (rest[Math.min(at, rest.length - 1)] ?? rest[0]).dataset.row;
  change([{ op: "delete_steps", keys, heal: true }], {
    then: () => offer(titles.length === 1 ? `Deleted ${titles[0]}.` : `Deleted ${titles.length} steps.`, "Undo", undo),
  });
}

function leadsTo(key) {
  for (const row of rows()) {
    for (const [port, target] of Object.entries(JSON.parse(row.dataset.links))) {
      if (target === key) return { step: row.dataset.row, port };
    }
  }
  return null;
}

function move(way) {
  const row = here();
  const all = rows();
  const beside = all[all.indexOf(row) + way];
  if (row.dataset.row === "trigger" || !beside || beside.dataset.row === "trigger") return;
  const port = freePort(beside) ?? "next";
  const linked = JSON.parse(beside.dataset.links);
  const behind = "next" in linked ? "next" : Object.keys(linked).find((name) => name !== "error") ?? port;
  const after = way > 0 ? { step: beside.dataset.row, port: behind } : leadsTo(beside.dataset.row);
  if (!after) return;
  frame.dataset.wanted = row.dataset.row;
  change([{ op: "move_step", key: row.dataset.row, after }], {
    then: () => speak(`Moved ${row.dataset.title} ${way > 0 ? "behind" : "before"} ${beside.dataset.title}`),
  });
}

function group() {
  const steps = chosen();
  if (!steps.length) return;
  const place = here().querySelector('[data-place="ways"]');
  askName(here(), { place, label: "Name of the group", value: "" }, (title) => {
    if (title) change([{ op: "put_group", id: `g${Date.now().toString(36)}`, title, steps }]);
  });
}

function note(id = "", text = "") {
  askNote(here(), text, (said) => {
    if (!said) return;
    const op = { op: "put_note", id: id || `n${Date.now().toString(36)}`, text: said };
    if (!id) Object.assign(op, { at: [0, 0], size: [200, 80] });
    change([op]);
  });
}

function open(choice) {
  const row = choice.closest("[data-row]");
  settle(row, { focus: false });
  openChoice(choice, row, { act, change });
}

// ---------- keys and presses
const KEYS = {
  ArrowDown: () => walk(1),
  ArrowUp: () => walk(-1),
  Home: () => go(rows()[0]),
  End: () => go(rows().at(-1)),
  a: () => add(here()),
  b: () => addPath(here()),
  g: () => here().querySelector("a[data-opens=way]:last-of-type, a[data-opens=way]")?.click(),
  n: () => note(),
  f: () => askStep(here(), { label: "Find a step", rows: rows() }, (key) => go(rowOf(key))),
  k: () => here().dataset.row !== "trigger" && askKind(here(), (kind) => change([{ op: "change_kind", key: here().dataset.row, kind }])),
  t: () => fire("open", { drawer: "try", upTo: here().dataset.row, focus: true }),
  F2: () => here().querySelector(".row-name")?.click(),
  Delete: remove,
  Backspace: remove,
};

const TOOLS = {
  up: () => move(-1),
  down: () => move(1),
  settings: () => fire("select", { key: here().dataset.row, inspect: true, focus: true }),
};

function onKey(event) {
  if (event.defaultPrevented || isWriting(event.target)) return;
  const inRow = event.target.closest?.("[data-row]");
  if (!inRow && event.target !== document.body) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (event.shiftKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1, { spread: true });
    return;
  }
  if (event.shiftKey && event.key === "G") {
    event.preventDefault();
    group();
    return;
  }
  if (isCommand && event.key.toLowerCase() === "f") {
    event.preventDefault();
    KEYS.f();
    return;
  }
  if (isCommand || event.altKey) return;
  if (event.key === "Escape" && inRow && event.target !== inRow && !sheet.querySelector(".field-place")) {
    inRow.focus();
    return;
  }
  if (event.key === " " || event.key === "Enter") {
    if (event.target.matches("a.choice")) {
      event.preventDefault();
      event.target.click();
    } else if (event.target === inRow) {
      event.preventDefault();
      (inRow.querySelector(".choice--missing, a.choice") ?? inRow.querySelector(".row-name"))?.click();
    }
    return;
  }
  const what = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!what) return;
  event.preventDefault();
  closeChooser({ refocus: false });
  what();
}

document.addEventListener("keydown", onKey);

sheet.addEventListener("click", (event) => {
  const mend = event.target.closest("[data-mends]");
  if (mend) return change(JSON.parse(mend.dataset.mends));
  const edits = event.target.closest("[data-edits-note]");
  if (edits) return note(edits.dataset.editsNote, edits.textContent);
  const away = event.target.closest("[data-deletes-note]");
  if (away) return change([{ op: "delete_note", id: away.dataset.deletesNote }]);
  if (event.target.closest("#outline-add")) {
    const last = rows().at(-1);
    go(last, { focus: false });
    return add(last);
  }
  if (event.target.closest(".place")) return undefined;
  const does = event.target.closest("[data-does]");
  if (does) {
    settle(does.closest("[data-row]"), { focus: false });
    return TOOLS[does.dataset.does]?.() ?? KEYS[does.dataset.does]?.();
  }
  const choice = event.target.closest("[data-opens]");
  const row = event.target.closest("[data-row]");
  if (choice) {
    event.preventDefault();
    fire("select", { key: row.dataset.row, source: "outline" });
    return open(choice);
  }
  if (row) go(row);
  return undefined;
});

sheet.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || event.target.closest(".place")) return;
  // what only the row one is at shows moves the rows below it: not under a pointer that is down
  const follow = () => row.isConnected && !row.classList.contains("is-at") && row.contains(document.activeElement) && settle(row, { focus: false });
  if (isPressed(sheet)) whenReleased(sheet).then(follow);
  else follow();
});

// ---------- what others do
listen("select", ({ key, source, focus }) => {
  if (source === "outline") return;
  const row = rowOf(key);
  if (row) {
    settle(row, { focus: Boolean(focus) });
    row.scrollIntoView({ block: "nearest" });
  }
});
listen("add", ({ kind, label }) => insert(here(), freePort(here()) ?? "next", { kind, words: label }));
listen("focus", () => here().focus());
listen("inspector-closed", ({ hadFocus }) => hadFocus && here().focus());
listen("overlay", (overlay) => drawOverlay(sheet, overlay));
listen("changed", async ({ state }) => {
  const asked = frame.dataset.wanted;
  const wanted = state?.renamed?.[asked] ?? asked;
  if (asked) frame.dataset.wanted = wanted;
  const at = here()?.dataset.row;
  if (!(await redraw(sheet, addressOf("outline/")))) return;
  if (frame.dataset.wanted === wanted && rowOf(wanted)) delete frame.dataset.wanted;
  const row = rowOf(wanted) ?? rowOf(state?.renamed?.[at] ?? at) ?? rows()[0];
  const hasFocus = document.activeElement === document.body || sheet.contains(document.activeElement);
  settle(row, { focus: false });
  if (wanted && hasFocus && !isChooserOpen()) {
    fire("select", { key: row.dataset.row, source: "outline" });
    (row.querySelector(".choice--missing") ?? row).focus();
    row.scrollIntoView({ block: "nearest" });
  } else if (document.activeElement === document.body && !isChooserOpen()) row.focus();
});

// the row that has the keyboard stays in sight when a tab opens below
new ResizeObserver(() => here()?.scrollIntoView({ block: "nearest" })).observe(sheet);

bindClipboard({ chosen, here, freePort, change, remove });
document.addEventListener("keydown", (event) => event.key === "Escape" && closePlace(sheet));
settle(rowOf(frame.dataset.step) ?? rows()[0], { focus: false });
if (document.activeElement === document.body) here()?.focus({ preventScroll: true });
