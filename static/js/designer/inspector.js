// The inspector's fields save themselves: plain ones as an operation at once, others are read by the server first. Every edit
// goes through the one queue; what cannot be read or saved stays in its field, with the reason beside it.
import { fire, listen, say, speak } from "./bus.js";
import "./inspector-finding.js";
import "./inspector-making.js";
import { whenReleased } from "../pressing.js";
import { formOf, refresh } from "./inspector-redraw.js";
import { keyOf, put, tellErrors, tellProblems } from "./inspector-telling.js";

const TYPING_MS = 600;
const SCRIPT = { "X-Inspector": "1" };
const inspector = document.getElementById("inspector");
const timers = new WeakMap();
const waiting = new WeakMap(); // form → the promise of its save, so that saves of one field stand in line
const inLine = new WeakMap(); // form → how many of them there are
const queueing = new Set(); // promises of saves that are not in the queue of edits yet
const replaced = new WeakSet(); // forms that were drawn again: another one stands for them

const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"));

// ---------- saving
document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (form && event.target.matches("[data-adds]") && !event.target.value.trim()) takeBack(form);
  if (!form || event.target.matches("select, [type=checkbox], [type=radio], [data-adds]")) return;
  form.dataset.touched = "";
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), TYPING_MS));
  mark(form, "Not saved yet");
});

document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  form.dataset.touched = ""; // from now on it is told when it is needed and says nothing
  mark(form, "Not saved yet");
  save(form);
});

// Before anybody else hears of it: a button that is shut while its form is under way would lose the focus.
document.addEventListener(
  "submit",
  (event) => {
    const form = formOf(event.target);
    if (!form && !event.target.matches("[data-inspector-curl], [data-inspector-delete]")) return;
    event.preventDefault();
    event.stopPropagation();
    if (form) save(form, event.submitter?.value ?? "");
    else if (event.target.matches("[data-inspector-curl]")) fillIn(event.target);
    else remove(event.target.dataset.inspectorDelete);
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("form.inspector-field [data-adds]")) {
    event.preventDefault();
    if (event.target.value.trim()) save(formOf(event.target));
  }
});

function save(form, order = "") {
  clearTimeout(timers.get(form));
  const before = waiting.get(form) ?? Promise.resolve();
  inLine.set(form, (inLine.get(form) ?? 0) + 1);
  let isQueued = null;
  const place = new Promise((go) => (isQueued = go));
  queueing.add(place);
  place.then(() => queueing.delete(place));
  const mine = before.then(() => (replaced.has(form) ? null : saveNow(form, order, isQueued))).finally(isQueued);
  waiting.set(form, mine.catch(() => null).finally(() => inLine.set(form, inLine.get(form) - 1)));
  return mine;
}

/** What could not be added is gone again. */
function takeBack(form) {
  tellErrors(form, []);
  mark(form, "");
}

/** Resolves when all that was typed below an element is saved, or cannot be; false in the second case. */
export async function saved(root) {
  await new Promise((go) => setTimeout(go)); // what a field says on being left comes first
  await handedOver(root);
  for (const form of root.querySelectorAll("form")) {
    for (let last = null; waiting.get(form) !== last && waiting.has(form); ) {
      last = waiting.get(form);
      await last;
    }
  }
  return !root.querySelector("form.is-unsaved");
}

/** Resolves when what was typed in the rows of objects stands in their fields, from where it is saved. */
export function handedOver(root) {
  return Promise.all([...root.querySelectorAll("object-mapper[data-typing]")].map((mapper) => mapper.settle()));
}

export const isQueueing = () => queueing.size > 0;

/** Resolves when all that was typed in settings is in the queue of edits, or cannot be. */
export async function queued() {
  await new Promise((go) => setTimeout(go));
  await handedOver(document);
  await Promise.all(queueing);
}

async function saveNow(form, order, isQueued) {
  const key = keyOf(form);
  if (!order && form.dataset.plain) {
    const value = plainValue(form);
    if (value === undefined) return;
    if (JSON.stringify(value) === form.dataset.last) return mark(form, "");
    const op = { op: "set", target: form.dataset.target, path: form.dataset.path.split("."), value };
    const typed = snapshot(form);
    if (!(await submit(form, [op], isQueued))) return;
    form.dataset.last = JSON.stringify(value);
    if (form.querySelector(".segments")) await drawAgain(form, typed);
    return;
  }
  const typed = snapshot(form);
  const answer = await ask(form, order);
  if (!answer) return;
  await whenReleased(form);
  if (answer.refusal) {
    if (order) draw(form, answer.html, order);
    else tellErrors(form, [answer.refusal]);
    return mark(form, "Not saved yet");
  }
  if (answer.ops.length && !(await submit(form, answer.ops, isQueued))) return;
  if (!answer.ops.length) mark(form, "");
  if (answer.reload) return show(renamed(answer.ops, key));
  await whenReleased(form);
  if (form.isConnected && snapshot(form) === typed) draw(form, answer.html, order);
}

/** What a plain field says as JSON; undefined while it says nothing that can be kept. */
function plainValue(form) {
  const input = form.querySelector("[name='v.text'], [name='v.on'], [name='v.choice']:checked, select[name='v.choice']");
  if (form.dataset.plain === "flag") return input.checked ? true : null;
  if (form.dataset.plain === "number") {
    if (input.validity.badInput) {
      tellErrors(form, ["That is no number. Type one such as 5 or 2.5."]);
      return undefined;
    }
    return input.value.trim() === "" ? null : Number(input.value);
  }
  const text = (input?.value ?? "").replaceAll("\r\n", "\n");
  if (form.dataset.plain === "json") return jsonValue(form, text);
  if (form.querySelector("[name='v.as']").value === "expression") {
    const trimmed = text.trim();
    return !trimmed || trimmed === "=" ? null : trimmed.startsWith("=") ? trimmed : `= ${trimmed}`;
  }
  return /^=?\s*$/.test(text) ? null : input.matches("[list], select") ? text.trim() : text;
}

function jsonValue(form, text) {
  try {
    const value = text.trim() === "" ? null : JSON.parse(text);
    return value === "" || (value && typeof value === "object" && Object.keys(value).length === 0) ? null : value;
  } catch {
    tellErrors(form, ["This is no JSON yet. A text stands in double quotes, fields stand in braces."]);
    return undefined;
  }
}

// What a field says before anybody types in it, so that leaving it unchanged is no edit.
document.addEventListener("focusin", (event) => {
  const form = formOf(event.target);
  if (!form?.dataset.plain || form.dataset.last !== undefined || form.classList.contains("is-unsaved")) return;
  const value = plainValue(form);
  if (value !== undefined) form.dataset.last = JSON.stringify(value);
});

async function submit(form, ops, isQueued) {
  mark(form, "Saving");
  try {
    const taken = window.IntegratorEdits.submit(ops, "inspector");
    isQueued();
    const state = await taken;
    if (form.isConnected) tellProblems(state);
    mark(form, "");
    const title = form.dataset.field === "name" && state?.nodes?.[keyOf(form)]?.title;
    if (title) form.closest("[data-inspector]")?.querySelector("h2")?.replaceChildren(title);
    if (form.isConnected && hasOtherWays(form, state)) void refresh();
    return true;
  } catch (refusal) {
    if (form.isConnected && (!refusal?.isTold || refusal.message)) tellErrors(form, [refusal?.message ?? "That could not be saved. Try again."]);
    mark(form, "Not saved yet");
    return false;
  }
}

/** Whether the step may now be left by other ways than those that stand under "Goes on to". */
function hasOtherWays(form, state) {
  const exits = form.dataset.target.startsWith("steps/") && state?.nodes?.[keyOf(form)]?.exits;
  if (!exits) return false;
  const shown = [...inspector.querySelectorAll("form[data-field^='port.']")].map((one) => one.dataset.field.slice(5));
  return exits.some((exit) => exit.port !== "error" && !shown.includes(exit.port));
}

async function ask(form, order) {
  const body = new FormData(form);
  if (order) body.set("do", order);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { ...csrf(), ...SCRIPT } });
    if (answer.ok || answer.status === 400) return await answer.json();
    if (answer.status > 500 && !order) return keepTyped(form);
    tellErrors(form, [answer.status === 404 ? "This step is not there any more." : "That could not be saved. Try again."]);
  } catch {
    if (!order) return keepTyped(form);
    tellErrors(form, ["There is no connection. Press this again when it is back."]);
  }
  mark(form, "Not saved yet");
  return null;
}

/** What cannot be read now waits with all other edits, through a reload too, and says in its field what became of it. */
function keepTyped(form) {
  const typed = snapshot(form);
  const body = [...new URLSearchParams(typed)].filter(([name]) => name !== "csrfmiddlewaretoken");
  tellErrors(form, ["There is no connection. What you typed is kept and is saved when it is back."]);
  mark(form, "Not saved yet");
  const isSame = () => form.isConnected && snapshot(form) === typed;
  window.IntegratorEdits.submitTyped({ url: new URL(form.action).pathname, field: form.dataset.field, body }, "inspector").then(
    () => {
      if (!isSame()) return;
      tellErrors(form, []);
      mark(form, "");
      void refresh();
    },
    (refusal) => isSame() && tellErrors(form, [refusal?.message || "That could not be saved. Try again."]),
  );
  return null;
}

// ---------- what stands beside a field
/** Says that a field is not saved; no words: it is, unless what came after it is in line. */
function mark(form, said) {
  const words = said || (inLine.get(form) > 1 ? "Saving" : "");
  form.classList.toggle("is-unsaved", words !== "");
  const place = form.closest("[data-inspector]")?.querySelector("[data-inspector-saved] > span");
  if (!place) return;
  const open = form.closest("[data-inspector]").querySelector("form.is-unsaved");
  const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  place.textContent = open ? words || "Not saved yet" : `Saved ${time}`;
}

// ---------- drawing a field again without taking the focus away
const snapshot = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();

/** A field that is being typed in stays, where the same inputs come back; what they carry unseen is brought up to date. */
function draw(form, html, order) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector("form");
  const names = (one) => [...one.querySelectorAll("[name^='v.']")].map((input) => `${input.name} ${input.type}`).join(";");
  if (order || !form.contains(document.activeElement) || names(form) !== names(fresh)) return swap(form, fresh, order);
  for (const input of fresh.querySelectorAll("input[type=hidden][name^='v.']")) {
    const same = form.querySelector(`input[type=hidden][name='${CSS.escape(input.name)}']`);
    if (same) same.value = input.value;
  }
  const [hint, words] = [form, fresh].map((one) => one.querySelector(":scope > .hint"));
  if (hint && words) hint.replaceChildren(...words.childNodes);
  const [ways, newer] = [form, fresh].map((one) => one.querySelector(":scope > .inspector-ways"));
  if (newer && ways) ways.replaceWith(newer);
  else if (newer) form.append(newer);
  else ways?.remove();
}

/** What stands round a choice says what was chosen, unless something else was chosen since. */
async function drawAgain(form, typed) {
  try {
    const answer = await fetch(`${form.action}fields/${encodeURIComponent(form.dataset.field)}/`, { headers: SCRIPT });
    const html = await answer.text();
    await whenReleased(form);
    if (answer.ok && form.isConnected && snapshot(form) === typed) draw(form, html, "");
  } catch {
    // away: the choice itself is kept, its words follow with the next look
  }
}

function swap(form, fresh, order) {
  const focused = form.contains(document.activeElement) ? document.activeElement : null;
  const [id, name, from, to] = [focused?.id, focused?.name, focused?.selectionStart, focused?.selectionEnd];
  for (const fold of form.querySelectorAll("details[open]")) {
    const same = fresh.querySelectorAll("details")[[...form.querySelectorAll("details")].indexOf(fold)];
    if (same) same.open = true;
  }
  if ("touched" in form.dataset) fresh.dataset.touched = "";
  form.replaceWith(fresh);
  replaced.add(form);
  window.htmx.process(fresh);
  fire("drawn", { id: fresh.id });
  if (!focused) return;
  const next = order === "add" ? firstBlank(fresh) : (id && document.getElementById(id)) || (name && name !== "do" && fresh.querySelector(`[name='${CSS.escape(name)}']`));
  const place = next || fresh.querySelector("input:not([type=hidden]), select, textarea, button");
  place?.focus();
  if (next && from !== undefined && from !== null && next.setSelectionRange && /^(text|search|url|tel|)$/.test(next.type ?? "")) {
    next.setSelectionRange(from, to);
  }
}

function firstBlank(form) {
  const rows = form.querySelectorAll(".inspector-rows > li");
  return rows[rows.length - 1]?.querySelector("input:not([type=hidden]), textarea, select") ?? null;
}

function renamed(ops, key) {
  const rename = ops.find((op) => op.op === "rename_step");
  return rename ? rename.to : key;
}

/** Load the inspector of a step again, keeping what is folded open and where the focus was. */
async function show(key) {
  const inside = inspector?.querySelector("[data-inspector]");
  if (!inside) return;
  if (key !== inside.dataset.inspector) return fire("select", { key, inspect: true, focus: inspector.contains(document.activeElement) });
  await refresh(true);
}

// A change from elsewhere: fields that nobody is typing in show it. Without focus here the frame loads it all anew.
listen("changed", ({ source, state }) => {
  if (source === "inspector" || !inspector?.contains(document.activeElement)) return;
  const key = inspector.querySelector("[data-inspector]")?.dataset.inspector;
  if (state?.document && key && !["trigger", "flow"].includes(key) && !state.document.steps[key]) return;
  refresh();
});

// ---------- deleting, cURL
function remove(key) {
  const op = key === "trigger" ? { op: "remove_trigger" } : { op: "delete_steps", keys: [key], heal: true };
  window.IntegratorEdits.submit([op], "inspector")
    .then(() => {
      speak(key === "trigger" ? "The start is removed." : "The step is deleted. Undo brings it back.");
      if (key === "trigger") refresh(true);
      else fire("select", { key: null });
    })
    .catch(() => undefined);
}

async function fillIn(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { ...csrf(), ...SCRIPT } });
  const { ops, notes, refusal } = await answer.json();
  put(form.querySelector("[data-errors]"), "alert-circle", refusal ? [refusal] : []);
  if (refusal) return;
  try {
    if (ops.length) await window.IntegratorEdits.submit(ops, "inspector");
  } catch {
    return;
  }
  await refresh(true);
  for (const note of notes) say(note, "running");
}

document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!/^\s*\$?\s*curl\s/.test(text) || !event.target.closest?.("form.inspector-field[data-field='with.url']")) return;
  const form = inspector?.querySelector("[data-inspector-curl]");
  if (!form) return;
  event.preventDefault();
  form.querySelector("textarea").value = text;
  fillIn(form);
});
