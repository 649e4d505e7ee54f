// A list that opens in place: options under the sentence, with a field that filters where there are many. Focus goes in and out.
const icons = () => document.querySelector("svg.icon use")?.getAttribute("href").split("#")[0];

function drawIcon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons()}#${name}`);
  svg.append(use);
  return svg;
}

let opened = null;
let count = 0;

export function closeChooser({ refocus = true } = {}) {
  if (!opened) return;
  const { box, opener, onClose } = opened;
  opened = null;
  box.remove();
  opener?.setAttribute("aria-expanded", "false");
  if (refocus) opener?.focus();
  onClose?.();
}

export const isChooserOpen = () => opened !== null;

function fits(item, words) {
  const text = `${item.words} ${item.help ?? ""} ${item.find ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/**
 * Opens the list in `place`. `items` are {value, words, help?, icon?, find?}; `current` marks one; `find` puts a field above;
 * `free` ({words: text => label, make: text => value}) offers what was typed when it is no item's name.
 */
export function openChooser({ place, opener, label, items, current, find = false, free = null, columns = 2, onPick, onClose }) {
  closeChooser({ refocus: false });
  const id = `chooser-${++count}`;
  const box = document.createElement("div");
  box.className = "chooser";
  const list = document.createElement("ul");
  Object.assign(list, { id, className: "options", tabIndex: find ? -1 : 0 });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  list.dataset.columns = String(columns);
  const none = document.createElement("p");
  none.className = "chooser-none";
  none.textContent = free ? "Type a name." : "Nothing is called that.";
  none.hidden = true;
  let field = null;
  if (find) {
    field = document.createElement("input");
    Object.assign(field, { type: "text", placeholder: label, autocomplete: "off", spellcheck: false });
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-label", label);
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", id);
    field.setAttribute("aria-autocomplete", "list");
    box.append(field);
  }
  box.append(list, none);
  place.append(box);
  opener?.setAttribute("aria-expanded", "true");
  opened = { box, opener, onClose };
  const keeper = field ?? list;
  let shown = [];
  let at = 0;

  function mark(index) {
    at = Math.max(0, Math.min(shown.length - 1, index));
    [...list.children].forEach((line, place) => line.classList.toggle("is-at", place === at));
    const line = list.children[at];
    if (line) keeper.setAttribute("aria-activedescendant", line.id);
    else keeper.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  function draw() {
    const typed = field?.value.trim() ?? "";
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    shown = items.filter((item) => fits(item, words));
    if (free && typed && !items.some((item) => item.words.toLowerCase() === typed.toLowerCase())) {
      shown.push({ words: free.words(typed), value: free.make(typed), icon: "plus" });
    }
    // what begins with the words typed stands first
    if (words.length) shown.sort((a, b) => Number(b.words.toLowerCase().startsWith(words[0])) - Number(a.words.toLowerCase().startsWith(words[0])));
    list.replaceChildren(
      ...shown.map((item, index) => {
        const line = document.createElement("li");
        line.id = `${id}-${index}`;
        line.setAttribute("role", "option");
        const isIt = current !== undefined && JSON.stringify(item.value) === JSON.stringify(current);
        line.setAttribute("aria-selected", String(isIt));
        if (isIt) line.append(drawIcon("check"));
        else if (item.icon) line.append(drawIcon(item.icon));
        line.append(item.words);
        if (item.help) {
          const help = document.createElement("small");
          help.textContent = item.help;
          line.append(help);
        }
        line.addEventListener("pointerdown", (event) => event.preventDefault());
        line.addEventListener("click", () => pick(index));
        return line;
      }),
    );
    none.hidden = shown.length > 0;
    const chosen = shown.findIndex((item) => current !== undefined && JSON.stringify(item.value) === JSON.stringify(current));
    mark(words.length || chosen < 0 ? 0 : chosen);
  }

  function pick(index) {
    const item = shown[index];
    if (!item) return;
    closeChooser();
    onPick(item.value, item);
  }

  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: field ? 1 : columns, ArrowUp: field ? -1 : -columns, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      closeChooser();
    } else if (event.key === "Enter" || (event.key === " " && !field)) {
      event.preventDefault();
      pick(at);
    } else if (step && !(field && event.key.startsWith("Arrow") && ["ArrowLeft", "ArrowRight"].includes(event.key))) {
      event.preventDefault();
      mark(getComputedStyle(list).gridTemplateColumns.split(" ").length === 1 && Math.abs(step) > 1 ? at + Math.sign(step) : at + step);
    } else if (event.key === "Home" || event.key === "End") {
      if (field) return;
      event.preventDefault();
      mark(event.key === "Home" ? 0 : shown.length - 1);
    } else if (event.key === "Tab") {
      closeChooser();
    } else if (!field && event.key.length === 1) {
      const found = shown.findIndex((item, index) => index !== at && item.words.toLowerCase().startsWith(event.key.toLowerCase()));
      if (found >= 0) mark(found);
    }
  });
  field?.addEventListener("input", draw);
  draw();
  keeper.focus();
  box.scrollIntoView({ block: "nearest" });
}

/** A field for one line of text in place: Enter takes it, Escape leaves it. */
export function openField({ place, opener, label, value = "", onPick, isLong = false }) {
  closeChooser({ refocus: false });
  const box = document.createElement("div");
  box.className = "chooser";
  const field = document.createElement(isLong ? "textarea" : "input");
  field.value = value;
  field.setAttribute("aria-label", label);
  field.placeholder = label;
  if (isLong) Object.assign(field, { rows: 3, className: "form-control" });
  box.append(field);
  place.append(box);
  opened = { box, opener };
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      closeChooser();
    } else if (event.key === "Enter" && !(isLong && event.shiftKey)) {
      event.preventDefault();
      const text = field.value.trim();
      closeChooser();
      onPick(text);
    }
  });
  field.focus();
  field.select();
}
