// Dragging in the builder of forms, and the width of its preview. Whatever is dropped is sent as the buttons send it, so
// that everything can be done by keyboard too.

const findEdits = () => document.getElementById("form-edits");
let dragged = "";
let phone = false;

function send(query) {
  const edits = findEdits();
  const button = document.createElement("button");
  Object.assign(button, { name: "do", value: query, hidden: true });
  edits.append(button);
  edits.requestSubmit(button);
  button.remove();
}

// htmx knows only buttons inside its form: what a button outside says is put into the form before htmx reads it.
document.addEventListener(
  "submit",
  (event) => {
    if (event.target !== findEdits()) return;
    let said = event.target.querySelector("input[name=do]");
    if (!said) {
      said = Object.assign(document.createElement("input"), { type: "hidden", name: "do" });
      event.target.append(said);
    }
    said.value = event.submitter?.value ?? "";
  },
  true,
);

// The list in which what is dragged may be dropped: a column stays in its table.
function findList(element) {
  if (!dragged) return null;
  const table = new URLSearchParams(dragged).get("table");
  return element.closest?.(table ? `[data-drop-columns="${CSS.escape(table)}"]` : "[data-drop-section]");
}

// Where a drop at this height goes: {list, index, before (a row or null)}.
function findPlace(list, y) {
  const rows = [...list.querySelectorAll(":scope > [data-field-row]")];
  const key = new URLSearchParams(dragged).get("key");
  const others = rows.filter((row) => row.dataset.fieldRow !== key);
  const index = others.findIndex((row) => {
    const box = row.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return { index: index < 0 ? others.length : index, before: index < 0 ? null : others[index] };
}

function clearMarks() {
  for (const marked of document.querySelectorAll(".is-drop-before, .is-drop-end")) {
    marked.classList.remove("is-drop-before", "is-drop-end");
  }
}

if (findEdits()) {
  document.addEventListener("dragstart", (event) => {
    const source = event.target.closest?.("[data-drag]");
    if (!source) return;
    dragged = source.dataset.drag;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
  });
  document.addEventListener("dragend", () => {
    dragged = "";
    clearMarks();
  });
  document.addEventListener("dragover", (event) => {
    const list = findList(event.target);
    if (!list) return;
    event.preventDefault();
    clearMarks();
    const { before } = findPlace(list, event.clientY);
    if (before) before.classList.add("is-drop-before");
    else list.classList.add("is-drop-end");
  });
  document.addEventListener("drop", (event) => {
    const list = findList(event.target);
    if (!list) return;
    event.preventDefault();
    const { index } = findPlace(list, event.clientY);
    const section = list.dataset.dropSection;
    const query = `${dragged}${section === undefined ? "" : `&section=${section}`}&index=${index}`;
    clearMarks();
    dragged = "";
    send(query);
  });
}

function showWidth() {
  const preview = document.getElementById("builder-preview");
  preview?.classList.toggle("is-phone", phone);
  for (const button of preview?.querySelectorAll("[data-preview]") ?? []) {
    button.setAttribute("aria-pressed", String((button.dataset.preview === "phone") === phone));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-preview]");
  if (!button) return;
  phone = button.dataset.preview === "phone";
  showWidth();
});
document.addEventListener("htmx:load", showWidth);

// What is changed or published is what this page shows now, not what it showed when it was loaded.
const findRevision = () => document.getElementById("builder-bar")?.dataset.revision;

document.addEventListener("htmx:configRequest", (event) => {
  const isEdit = event.detail.verb === "post" && event.detail.elt.closest("#form-builder");
  if (isEdit && findRevision()) event.detail.parameters.revision = findRevision();
});
document.addEventListener("htmx:load", () => {
  const sent = document.querySelector("form[action$='/publish/'] [name=revision]");
  if (sent && findRevision()) sent.value = findRevision();
});

// One after the other: what is changed while an answer is awaited is sent behind it, as it was typed, though its form may
// have been drawn anew by then; and what is opened is opened as it is after that.
const line = [];
let underWay = null;
let isNext = false; // what is sent now has waited

function sendNext() {
  underWay = null;
  const next = line.shift();
  if (!next) return;
  const { elt, verb, path, values, issueRequest } = next;
  isNext = true;
  if (elt.isConnected) issueRequest(true);
  else if (verb === "get") document.getElementById(elt.id)?.click();
  else window.htmx.ajax("POST", path, { source: findEdits(), target: "#form-builder", swap: "none", values }).then(() => showAgain());
  isNext = false;
  if (!underWay) sendNext();
}

// What was typed in a form that is gone is kept now, and shown.
function showAgain() {
  if (!line.length) window.htmx.ajax("GET", location.href, { source: "#form-builder", target: "#form-builder", swap: "outerHTML" });
}

document.addEventListener("htmx:confirm", (event) => {
  const { elt, verb, path, issueRequest } = event.detail;
  if (!elt.closest?.("#form-builder") || !underWay || isNext) return;
  event.preventDefault();
  const values = elt.matches("form") ? Object.fromEntries(new FormData(elt)) : {};
  const same = line.find((one) => one.elt === elt && elt.matches("[data-field-panel]"));
  if (same) same.values = values;
  else line.push({ elt, verb, path, values, issueRequest });
});

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (!detail.elt.closest?.("#form-builder")) return;
  underWay = detail.xhr;
});

document.addEventListener("answered", ({ detail }) => detail === underWay && sendNext());

// What somebody types in just now is not thrown away when the builder is drawn anew.
let typing = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const at = document.activeElement;
  const isTyping = detail.target.id === "form-builder" && at?.id && at.matches("#form-builder :is(input, textarea)") && at.value !== at.defaultValue;
  typing = isTyping ? { id: at.id, value: at.value, from: at.selectionStart, to: at.selectionEnd } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const same = typing && document.getElementById(typing.id);
  if (!same || same.value === typing.value || same.type === "hidden") return;
  same.value = typing.value;
  if (typing.from !== null) same.setSelectionRange(typing.from, typing.to);
});

// A button that has done its work may be gone: the row it belonged to has the focus then.
let left = "";

document.addEventListener("htmx:beforeRequest", () => {
  const row = document.activeElement?.closest?.("[data-field-row]");
  left = row ? `open-${row.dataset.table ?? ""}-${row.dataset.fieldRow}` : "";
});
document.addEventListener("htmx:afterSettle", () => {
  if (left && (document.activeElement === document.body || !document.activeElement)) document.getElementById(left)?.focus();
});
