// The text view: numbers and colours under a plain field, checked while it is typed; saving replaces the draft in one edit.
import { edit, frame, listen, postHeaders, say } from "./bus.js";

const CHECK_MS = 400;
const view = document.getElementById("text-view");
const area = document.getElementById("text-area");
const colours = document.getElementById("text-colours");
const numbers = document.getElementById("text-lines");
const list = document.getElementById("text-findings");
const says = document.getElementById("text-says");
const save = document.getElementById("text-save");
const forget = document.getElementById("text-forget");
let saved = area.dataset.saved;
let findings = [];
let timer = 0;
let ticket = 0;

const LINE = /^(\s*(?:- )?)([A-Za-z_][\w.-]*)(:)(?=\s|$)|(^|\s)(#.*)$|("= ?(?:[^"\\]|\\.)*"|'= ?(?:[^']|'')*'|(?<=: |- )= .*$)/gm;

function span(name, text) {
  const part = document.createElement("span");
  part.className = name;
  part.textContent = text;
  return part;
}

function colourLine(line, isBad) {
  const parts = [];
  let at = 0;
  for (const match of line.matchAll(LINE)) {
    const lead = match[1] ?? match[4] ?? "";
    parts.push(line.slice(at, match.index) + lead);
    if (match[2] !== undefined) parts.push(span("t-key", match[2]), match[3]);
    else if (match[5] !== undefined) parts.push(span("t-comment", match[5]));
    else parts.push(span("t-expression", match[6]));
    at = match.index + match[0].length;
  }
  parts.push(line.slice(at));
  if (!isBad) return parts;
  const bad = span("t-bad", "");
  bad.append(...parts);
  return [bad];
}

function draw() {
  const lines = area.value.split("\n");
  const worst = new Map();
  for (const { line, severity } of findings) if (line && worst.get(line) !== "error") worst.set(line, severity);
  colours.replaceChildren(...lines.flatMap((line, index) => [...colourLine(line, worst.get(index + 1) === "error"), "\n"]));
  numbers.replaceChildren(
    ...lines.flatMap((_, index) => {
      const severity = worst.get(index + 1);
      const number = String(index + 1);
      return [severity ? span(severity === "error" ? "is-failed" : "is-hint", number) : number, "\n"];
    }),
  );
}

function jump(line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  const editor = area.closest(".text-editor");
  editor.scrollTop = Math.max(0, (line - 1) * 20 - editor.clientHeight / 2);
}

function tell(words) {
  if (says.textContent !== words) says.textContent = words;
}

function drawFindings() {
  const sprite = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  list.replaceChildren(
    ...findings.map(({ line, severity, message }) => {
      const item = document.createElement("li");
      item.className = `problem ${severity === "error" ? "is-incident" : "is-draft"}`;
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "icon");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", severity === "error" ? "Must be mended" : "Hint");
      const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      use.setAttribute("href", `${sprite}#${severity === "error" ? "alert-triangle" : "bulb"}`);
      svg.append(use);
      const words = document.createElement("p");
      if (line) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "problem-step", textContent: `Line ${line}` });
        button.dataset.line = line;
        words.append(button, ": ");
      }
      words.append(message);
      item.append(svg, words);
      return item;
    }),
  );
  list.hidden = findings.length === 0;
}

async function check() {
  const mine = ++ticket;
  const text = area.value;
  const answer = await fetch(view.dataset.checkUrl, { method: "POST", headers: postHeaders(), body: JSON.stringify({ text }) });
  const said = await answer.json();
  if (mine !== ticket) return null;
  if (text === area.value) view.removeAttribute("data-typing");
  if (!answer.ok) {
    tell(said.detail ?? "The text could not be checked.");
    return null;
  }
  findings = said.findings;
  draw();
  drawFindings();
  const isSame = area.value === saved;
  const errors = findings.filter((one) => one.severity === "error").length;
  save.disabled = isSame || !said.document;
  forget.hidden = isSame;
  if (isSame) tell("Saved in the draft.");
  else if (!said.document) tell("Kept, but not saved: this is no flow yet. See the lines marked below.");
  else tell(errors ? `Not saved yet. ${errors} to mend before it can be published.` : "Not saved yet. Ctrl S saves it.");
  return said.document;
}

async function store() {
  clearTimeout(timer);
  const text = area.value;
  const flow = await check();
  if (!flow || text === saved) return;
  const { order, ...kept } = flow;
  const state = await edit([{ op: "replace", document: { ...kept, order } }], "text");
  if (!state) return;
  saved = text;
  if (area.value !== text) return void check(); // somebody went on writing meanwhile
  save.disabled = true;
  forget.hidden = true;
  tell("Saved in the draft.");
}

/** The text of the draft in place of what is written here, unless somebody went on writing meanwhile. */
async function goBack() {
  const written = area.value;
  const answer = await fetch(view.dataset.forgetUrl, { method: "POST", headers: postHeaders(), body: "{}" });
  if (!answer.ok) return say("That did not work. Load the page again and try once more.", "failed");
  const { text } = await answer.json();
  saved = text;
  if (area.value === written) area.value = text;
  await check();
  return undefined;
}

area.addEventListener("input", () => {
  view.toggleAttribute("data-typing", true); // until it is kept
  draw();
  save.disabled = area.value === saved;
  clearTimeout(timer);
  timer = setTimeout(check, CHECK_MS);
});
save.addEventListener("click", store);
forget.addEventListener("click", () => goBack().then(() => area.focus()));
listen("settle", ({ until }) => view.hasAttribute("data-typing") && until(check()));
list.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]");
  if (line) jump(Number(line.dataset.line));
});

let leaves = false;
area.addEventListener("keydown", (event) => {
  const isTab = event.key === "Tab" && !event.ctrlKey && !event.altKey;
  if (isTab && !leaves && !event.shiftKey) {
    event.preventDefault();
    document.execCommand("insertText", false, "  ");
  }
  leaves = event.key === "Escape" || (leaves && event.key === "Shift");
  if (event.altKey && event.key === "ArrowDown" && findings.length) {
    event.preventDefault();
    const at = area.value.slice(0, area.selectionStart).split("\n").length;
    const lines = findings.map((one) => one.line).filter(Boolean);
    if (lines.length) jump(lines.find((line) => line > at) ?? lines[0]);
  }
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    store();
  }
});

// an edit from elsewhere: text that nobody is writing follows it
listen("changed", async ({ source }) => {
  if (source === "text" || area.value !== saved) return;
  await goBack();
});

draw();
check();
if (frame.dataset.step && !area.value.startsWith(" ")) {
  const at = area.value.split("\n").findIndex((line) => line.startsWith(`  ${frame.dataset.step}:`));
  if (at >= 0) jump(at + 1);
}
