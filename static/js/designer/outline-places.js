// What a choice opens in place: few options as a list, the way on as a list of steps, a name as a field, all else as the setting's own field.
import { addressOf, fire, listen, load } from "./bus.js";
import { openChooser } from "./chooser.js";
import { saved } from "./inspector.js";
import { askName, askWay, slug } from "./outline-asking.js";
import { optionsOf } from "./outline-shared.js";

const targetOf = (row) => (row.dataset.row === "trigger" ? "trigger" : `steps/${row.dataset.row}`);
const titleOf = (key) => key.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());

function openOptions(choice, row, { change }) {
  openChooser({
    place: row.querySelector('[data-place="says"]'),
    opener: choice,
    label: choice.getAttribute("aria-label").split(":")[0],
    items: [
      ...optionsOf(choice),
      { value: { "*field": true }, words: "something else…", help: "Open the field" },
    ],
    current: JSON.parse(choice.dataset.value),
    onPick: (value) => {
      if (value?.["*field"] && choice.dataset.setting === "retry") fire("select", { key: row.dataset.row, inspect: true, focus: true });
      else if (value?.["*field"]) openSetting(choice, row);
      else change([{ op: "set", target: targetOf(row), path: JSON.parse(choice.dataset.path), value }]);
    },
  });
}

const isOneLine = (field) => field.matches('input:not([type=checkbox], [type=radio], [data-adds], [role=combobox])');

/** The inspector's own field for one setting, opened under the sentence; it saves by itself. */
function openSetting(choice, row) {
  closePlace(document);
  const place = row.querySelector('[data-place="says"]');
  const box = document.createElement("div");
  box.className = "field-place";
  box.id = `field-of-${row.dataset.row}`;
  place.append(box);
  choice.setAttribute("aria-expanded", "true");
  place.dataset.opener = choice.id;
  box.addEventListener("keydown", (event) => {
    const isDone = event.key === "Escape" || (event.key === "Enter" && isOneLine(event.target));
    if (!isDone || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    closePlace(document);
  });
  // Ctrl Enter is done in every field, whatever Enter does in it
  box.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopPropagation();
      closePlace(document);
    },
    { capture: true },
  );
  const part = row.dataset.row === "trigger" ? "trigger/" : `steps/${encodeURIComponent(row.dataset.row)}/`;
  const name = choice.dataset.setting === "*" ? "with" : choice.dataset.setting;
  load(addressOf(`${part}fields/${encodeURIComponent(name)}/`), box).then(() => {
    (box.querySelector("[autofocus], [data-adds], input:not([type=hidden]):not([readonly]), textarea, select, [contenteditable], button") ?? box).focus();
  });
}

/** Takes the fields away that stand open; what was typed is saved first, as on any way out of a field. */
export function closePlace(root) {
  for (const box of root.querySelectorAll(".field-place:not([data-closing])")) {
    const place = box.parentElement;
    const opener = document.getElementById(place.dataset.opener ?? "");
    const had = box.contains(document.activeElement);
    box.dataset.closing = "";
    opener?.setAttribute("aria-expanded", "false");
    if (had) (opener ?? place.closest("[data-row]"))?.focus();
    const changed = [...box.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox], [type=radio], [data-adds])")];
    changed.find((part) => part.value !== part.defaultValue)?.dispatchEvent(new Event("change", { bubbles: true }));
    removeWhenSaved(box);
  }
}

/** Out of sight at once, out of the page when all of it is saved; what could not be saved comes back. */
async function removeWhenSaved(box) {
  box.hidden = true;
  if (await saved(box)) return box.remove();
  box.hidden = false;
  delete box.dataset.closing;
  return undefined;
}

// a field that is drawn again in place keeps whoever was in it: else its newest empty part takes the focus
listen("drawn", ({ id }) =>
  setTimeout(() => {
    const form = document.getElementById(id);
    if (document.activeElement !== document.body || !form?.closest(".field-place")) return;
    const parts = [...form.querySelectorAll("input:not([type=hidden]), textarea, select")];
    (parts.find((part) => part.value === "") ?? parts[0] ?? form.querySelector("button"))?.focus();
  }),
);

function rename(choice, row, { change }) {
  const key = row.dataset.row;
  askName(row, { opener: choice, label: "Name of the step", value: row.dataset.title }, (title) => {
    if (!title || title === row.dataset.title) return;
    const to = slug(title);
    const ops = [];
    // a step that was never published is called by its name everywhere; a published one keeps its key
    const follows = row.dataset.new !== undefined && to && to !== key;
    if (follows) ops.push({ op: "rename_step", key, to });
    const now = follows ? to : key;
    ops.push({ op: "set", target: `steps/${now}`, path: ["name"], value: titleOf(now) === title ? null : title });
    document.getElementById("designer").dataset.wanted = now;
    change(ops);
  });
}

function openTrigger(choice, row, { change }) {
  const frame = document.getElementById("designer");
  openChooser({
    place: row.querySelector('[data-place="says"]'),
    opener: choice,
    label: "What starts the flow",
    items: [...JSON.parse(frame.dataset.triggers), { value: null, words: "Nothing", help: "Other flows may still run it" }],
    current: row.dataset.kind || undefined,
    find: true,
    onPick: (kind) => {
      frame.dataset.wanted = "trigger";
      // a webhook listens where the flow's own name is, until somebody says otherwise
      const settings = kind === "webhook" ? { path: frame.dataset.key } : {};
      change([kind ? { op: "set_trigger", kind, with: settings } : { op: "remove_trigger" }]);
    },
  });
}

export function openChoice(choice, row, tools) {
  const what = choice.dataset.opens;
  if (what === "options") openOptions(choice, row, tools);
  else if (what === "name") rename(choice, row, tools);
  else if (what === "trigger") openTrigger(choice, row, tools);
  else if (what === "way") {
    const ports = choice.dataset.ports.split(" ");
    askWay(row, { ports, current: choice.dataset.value, opener: choice }, tools.act);
  } else openSetting(choice, row);
}
