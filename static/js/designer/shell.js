// The frame: which step is picked, its settings at the right, undo and redo, what is saved, who else is here, keys for all views.
import "./conflict.js";
import { noteMeanwhile } from "./meanwhile.js";
import { noteSignedIn, noteSignedOut, noteSomebodyElse } from "./signing.js";
import { addressOf, fire, frame, isWriting, listen, load, say, speak, stopLoading } from "./bus.js";
import { noted } from "./arriving.js";
import { handedOver, saved as areSaved } from "./inspector.js";
import { focusFirst, refresh } from "./inspector-redraw.js";

const inspector = document.getElementById("inspector");
const saved = document.getElementById("designer-saved");
const help = document.getElementById("keys-help");
const NARROW = matchMedia("(max-width: 1599px)");
const PULSE_MS = 3000;
let picked = frame.dataset.step || null;
let shown = null;
let coming = null; // {key, focus}: the settings that are being fetched, and whether they take the focus

function inspectorAddress(key) {
  if (key === "trigger") return addressOf("trigger/");
  if (key === "flow") return addressOf("settings/");
  return addressOf(`steps/${encodeURIComponent(key)}/`);
}

function remember(name, value) {
  const here = new URL(location.href);
  if (value) here.searchParams.set(name, value);
  else here.searchParams.delete(name);
  history.replaceState(history.state, "", here);
  for (const link of document.querySelectorAll("[data-switch]")) {
    const there = new URL(link.href);
    there.search = here.search;
    link.href = there;
  }
}

function fold() {
  const isOpen = !inspector.hidden;
  frame.classList.toggle("is-folded", frame.dataset.palette !== "open" && ((isOpen && NARROW.matches) || innerWidth < 1280));
}

export function closeInspector() {
  if (inspector.hidden) return;
  const field = document.activeElement;
  const had = inspector.contains(field);
  // what was typed is saved first, as on any way out of a field
  if (had && field.value !== field.defaultValue) field.dispatchEvent(new Event("change", { bubbles: true }));
  inspector.hidden = true;
  coming = null;
  stopLoading(inspector);
  areSaved(inspector).then(() => inspector.hidden && inspector.replaceChildren());
  shown = null;
  fold();
  fire("inspector-closed", { key: picked, hadFocus: had });
}

const holds = (key) => inspector.querySelector("[data-inspector]")?.dataset.inspector === key;

/** The settings of something. Who asked for them with the focus gets it, also when they are asked for again before they came. */
async function show(key, { focus = false } = {}) {
  const isThere = shown === key && coming === null && holds(key);
  inspector.hidden = false;
  shown = key;
  fold();
  if (isThere) return focus && focusFirst();
  const mine = { key, focus: focus || (coming?.key === key && coming.focus) };
  coming = mine;
  await handedOver(inspector);
  if (coming !== mine) return undefined;
  const came = await load(inspectorAddress(key), inspector);
  if (coming !== mine) return undefined;
  coming = null;
  if (came && mine.focus) focusFirst();
  return undefined;
}

// On the canvas what is picked shows its settings; a view that is read opens them when asked (`inspect`).
listen("select", ({ key, inspect, focus }) => {
  picked = key ?? null;
  frame.dataset.step = picked ?? "";
  remember("step", picked);
  const opens = inspect || (frame.dataset.view === "canvas" && innerWidth >= 900) || (!inspector.hidden && inspect !== false);
  if (picked === null || inspect === false) closeInspector();
  else if (opens && (focus || shown !== picked)) show(picked, { focus });
});

inspector.addEventListener("click", (event) => {
  if (event.target.closest("[data-closes-inspector]")) closeInspector();
});

// ---------- what was changed, and what was not
const UNSENT = "a change that was not saved yet"; // the server, which has words for changes, does not have it
const TURNS = { undo: ["Undo", "Nothing to undo", "Undone"], redo: ["Redo", "Nothing to redo", "Done again"] };
const turned = { undo: labelOf("undo"), redo: labelOf("redo") };

function labelOf(way) {
  const button = document.getElementById(`designer-${way}`);
  return button.hasAttribute("aria-disabled") ? null : button.title.split(": ").slice(1).join(": ");
}

/** What an undo and a redo would do: what waits here goes first, then what the server says. */
function drawTurns() {
  const here = window.IntegratorEdits?.turns() ?? {};
  for (const [way, [verb, none]] of Object.entries(TURNS)) {
    const label = here[way] ? UNSENT : turned[way];
    const button = document.getElementById(`designer-${way}`);
    button.title = label ? `${verb}: ${label}` : none;
    button.setAttribute("aria-label", button.title);
    if (label) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }
}

function draw(state) {
  if (!state) return;
  frame.dataset.revision = state.revision;
  if (state.draft) frame.dataset.draft = state.draft;
  Object.assign(turned, { undo: state.undo, redo: state.redo });
  drawTurns();
  const count = state.problems?.length ?? 0;
  for (const place of document.querySelectorAll("#problem-count, [data-problem-count]")) place.textContent = count || "";
  for (const place of document.querySelectorAll("[data-problems-line]")) place.hidden = count === 0;
  if (state.saved_at && !window.IntegratorEdits?.pending()) showSaved(state.saved_at);
  if (state.people) drawPeople(state.people);
}

function showSaved(at) {
  saved.classList.remove("is-unsaved");
  const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  saved.lastElementChild.textContent = `Saved ${time}`;
}

async function fetchState() {
  const query = new URLSearchParams({ session: frame.dataset.session ?? "" });
  const answer = await fetch(`${frame.dataset.stateUrl}?${query}`, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

listen("changed", async ({ revision, source, state }) => {
  frame.dataset.revision = revision ?? frame.dataset.revision;
  const known = state ?? (await fetchState());
  if (!(known?.revision < Number(frame.dataset.revision))) draw(known); // a newer one came while this one was fetched
  if (shown === null || source === "inspector") return;
  const steps = state?.document?.steps;
  if (steps && shown !== "trigger" && shown !== "flow" && !steps[shown]) closeInspector();
  else if (coming || !holds(shown)) show(shown);
  else if (!inspector.contains(document.activeElement)) refresh();
});

listen("unsaved", ({ count }) => {
  drawTurns();
  saved.classList.toggle("is-unsaved", count > 0);
  if (count > 0) saved.lastElementChild.textContent = count === 1 ? "Not saved yet" : `${count} changes not saved yet`;
  else showSaved(Date.now());
});

listen("refused", ({ message, code }) => {
  if (code === "edit.signed_out") noteSignedOut(message);
  else if (code === "edit.other_person") noteSomebodyElse(message);
  else if (message) say(message, "failed");
});

// ---------- undo and redo
async function step(way) {
  const button = document.getElementById(`designer-${way}`);
  await noted(); // what was typed last is what is taken back
  if (button.getAttribute("aria-disabled") === "true") return speak(button.title);
  const state = await window.IntegratorEdits[way]().catch(() => null);
  if (state) speak(`${TURNS[way][2]}: ${state.turned ?? UNSENT}`);
  return undefined;
}
export const undo = () => step("undo");
export const redo = () => step("redo");

document.getElementById("designer-undo").addEventListener("click", undo);
document.getElementById("designer-redo").addEventListener("click", redo);
document.getElementById("designer-try").addEventListener("click", () => fire("open", { drawer: "try" }));
document.getElementById("designer-settings").addEventListener("click", () => fire("select", { key: "flow", inspect: true, focus: true }));
document.getElementById("designer-keys-open").addEventListener("click", () => help.showModal());

// ---------- keys that mean the same in every view
const PLAIN = {
  "?": () => help.showModal(),
  p: () => fire("open", { drawer: "problems", focus: true }),
  s: () => fire("select", { key: "flow", inspect: true, focus: true }),
  i: () => picked && fire("select", { key: picked, inspect: true, focus: true }),
  1: () => document.querySelector("[data-switch=canvas]").click(),
  2: () => document.querySelector("[data-switch=outline]").click(),
  3: () => document.querySelector("[data-switch=text]").click(),
};

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && (key === "z" || key === "y") && !isWriting(event.target)) {
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo();
    else undo();
    return;
  }
  if (event.defaultPrevented || isCommand || event.altKey || isWriting(event.target) || help.open) return;
  if (event.key === "P") {
    event.preventDefault();
    document.getElementById("designer-publish").click();
    return;
  }
  const act = PLAIN[key];
  if (act) {
    event.preventDefault();
    act();
  }
});

inspector.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  closeInspector();
});

// ---------- who else is here, and whether the draft moved on elsewhere
function drawPeople(people) {
  const others = people.filter((person) => !person.is_me);
  const faces = others.map((person) => {
    const line = document.createElement("span");
    const face = document.createElement("span");
    face.className = "face";
    face.setAttribute("aria-hidden", "true");
    face.textContent = person.initials;
    line.append(face, `${person.name} is ${person.doing || "reading"}`);
    return line;
  });
  document.getElementById("designer-people").replaceChildren(...faces);
}

/** Whether the draft went on elsewhere: what one's own edits do is told by their answers. */
const isBehind = (revision) => revision > Number(frame.dataset.revision) && !window.IntegratorEdits?.pending();

async function pulse() {
  if (document.hidden) return;
  const draft = frame.dataset.draft ?? "";
  const query = new URLSearchParams({ revision: frame.dataset.revision, view: frame.dataset.view, step: picked ?? "" });
  try {
    const answer = await fetch(`${frame.dataset.pulseUrl}?${query}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.redirected) noteSignedOut();
    if (!answer.ok || answer.redirected) return;
    const news = await answer.json();
    if (String(news.person) !== frame.dataset.person) return noteSomebodyElse();
    noteSignedIn();
    if (draft === (frame.dataset.draft ?? "")) noteMeanwhile(news);
    drawPeople(news.people ?? []);
    if (!isBehind(news.revision)) return;
    const state = await fetchState();
    // an edit of one's own may have been answered meanwhile, which was told already
    if (isBehind(state?.revision)) fire("changed", { revision: state.revision, source: "elsewhere", state });
  } catch {
    // away: the queue of edits says so
  }
}

setInterval(pulse, PULSE_MS);
document.addEventListener("visibilitychange", pulse);
NARROW.addEventListener("change", fold);
addEventListener("resize", fold);
document.getElementById("palette-open")?.addEventListener("click", () => {
  frame.dataset.palette = "open";
  fold();
});
addEventListener("DOMContentLoaded", () => {
  fold();
  pulse();
  // an address that names a step shows its settings, in every view
  if (picked) fire("select", { key: picked, inspect: innerWidth >= 900 || undefined });
});
