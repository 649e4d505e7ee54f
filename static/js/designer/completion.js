// Completion in a formula: paths and functions while typing, as a list below the textarea that arrow keys walk.
import { addressWith } from "./asking.js";

const TOKEN = /[$\w.`]+$/;
const MOST = 12;
const cache = new Map();

for (const name of ["designer:changed", "designer:sample"]) document.addEventListener(name, () => cache.clear());

/** What the field's step may use; the setting matters only for what starts the flow. */
export function loadKnown({ completionsUrl, step, setting }) {
  return load(addressWith(completionsUrl, step === "trigger" ? { step, setting } : { step }));
}

async function load(address) {
  if (!cache.has(address)) {
    const asked = fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))));
    asked.catch(() => cache.delete(address));
    cache.set(address, asked);
  }
  return cache.get(address);
}

/** What fits behind the caret: those that begin so first, then those that hold it. */
export function findFitting(known, token) {
  const wanted = token.toLowerCase();
  if (wanted.startsWith("$")) {
    const name = wanted.slice(1);
    return known.functions
      .filter((each) => each.name.toLowerCase().startsWith(name))
      .map((each) => ({ text: `$${each.name}(`, title: each.signature, note: each.help }));
  }
  const paths = known.paths.map((each) => ({ each, at: each.path.toLowerCase().indexOf(wanted) }));
  return paths
    .filter(({ at, each }) => at === 0 || (at > 0 && !wanted.includes(".")) || each.words.toLowerCase().startsWith(wanted))
    .sort((a, b) => (a.at === 0 ? 0 : 1) - (b.at === 0 ? 0 : 1))
    .map(({ each }) => ({
      text: each.path,
      title: each.path,
      note: [each.example, each.missing ? `${each.type}, may be missing` : each.type].filter(Boolean).join(" · "),
    }));
}

export function armCompletion(field) {
  const source = field.source;
  const list = document.createElement("ul");
  list.className = "completions";
  list.id = `${source.id}-completions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "What fits here");
  list.hidden = true;
  field.box.after(list);
  source.setAttribute("role", "combobox");
  source.setAttribute("aria-autocomplete", "list");
  source.setAttribute("aria-expanded", "false");
  source.setAttribute("aria-controls", list.id);
  let at = -1;

  const close = () => {
    list.hidden = true;
    at = -1;
    source.setAttribute("aria-expanded", "false");
    source.removeAttribute("aria-activedescendant");
  };
  const go = (index) => {
    const options = [...list.children];
    at = (index + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    options[at].scrollIntoView({ block: "nearest" });
    source.setAttribute("aria-activedescendant", options[at].id);
  };
  const take = (option) => {
    const end = source.selectionStart;
    const token = TOKEN.exec(source.value.slice(0, end))?.[0] ?? "";
    source.setRangeText(option.dataset.text, end - token.length, end, "end");
    close();
    source.dispatchEvent(new Event("input", { bubbles: true }));
    source.focus();
  };
  const show = async (isAsked) => {
    if (field.isText) return;
    const before = source.value.slice(0, source.selectionStart);
    const token = TOKEN.exec(before)?.[0] ?? "";
    if (!before.startsWith("=") || (!token && !isAsked) || insideText(before)) {
      close();
      return;
    }
    let known;
    try {
      known = await loadKnown(field.dataset);
    } catch {
      return;
    }
    if (source.value.slice(0, source.selectionStart) !== before) return;
    const found = findFitting(known, token).filter((each) => each.text !== token).slice(0, MOST);
    list.replaceChildren(...found.map((each, place) => makeOption(list, each, place)));
    list.hidden = !found.length;
    at = -1;
    source.removeAttribute("aria-activedescendant");
    source.setAttribute("aria-expanded", String(found.length > 0));
  };

  source.addEventListener("input", () => show(false));
  source.addEventListener("keydown", (event) => {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      show(true);
      return;
    }
    if (list.hidden) return;
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at < 0 ? -1 : at - 1);
    else if (event.key === "Enter" && at >= 0) take(list.children[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  source.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      event.preventDefault();
      take(option);
    }
  });
}

function insideText(before) {
  return /^(?:[^'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*['"][^'"]*$/.test(before);
}

function makeOption(list, each, place) {
  const option = document.createElement("li");
  option.id = `${list.id}-${place}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.dataset.text = each.text;
  const title = document.createElement("code");
  title.textContent = each.title;
  const note = document.createElement("span");
  note.className = "fine";
  note.textContent = each.note;
  option.append(title, note);
  return option;
}
