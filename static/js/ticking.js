// Ticked rows of a list: X ticks the row one is on, the bar counts, and data-bulk-key presses one of its buttons.
// On a phone data-select begins and ends ticking: in between a tap on a row ticks it instead of opening it.
const boxes = () => [...document.querySelectorAll('input[name="task"][form="bulk"]')];
const isWriting = (element) => element.closest("textarea, select, input:not([type=checkbox]), [contenteditable]") !== null;
const rowOf = (element) => element.closest(".row-item");

function count() {
  const place = document.querySelector("[data-ticked]");
  if (!place) return;
  const ticked = boxes().filter((box) => box.checked).length;
  place.textContent = `${ticked} ticked`;
  const said = document.querySelector("[data-ticked-said]");
  if (said) said.textContent = ticked ? `${ticked} ${ticked === 1 ? "row" : "rows"} ticked` : "";
}

function untick() {
  for (const box of boxes()) box.checked = false;
  count();
}

function select(button) {
  const isOn = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isOn));
  if (!isOn) untick();
}

function tick(row) {
  const box = row?.querySelector('input[name="task"]');
  if (!box) return false;
  box.checked = !box.checked;
  count();
  return true;
}

function press(button) {
  if (button.disabled) return true; // pressed already
  const here = rowOf(document.activeElement ?? document.body);
  const box = here?.querySelector('input[name="task"]');
  if (!boxes().some((each) => each.checked)) {
    if (!box) return false;
    box.checked = true;
  }
  button.form.requestSubmit(button);
  return true;
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.('input[name="task"]')) count();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-untick]")) untick();
  const button = event.target.closest("[data-select]");
  if (button) select(button);
});

document.addEventListener(
  "click",
  (event) => {
    const isSelecting = document.querySelector('[data-select][aria-pressed="true"]')?.checkVisibility();
    const row = isSelecting && event.detail > 0 ? rowOf(event.target) : null; // keys open what they are on
    if (!row || event.target.matches("input") || !tick(row)) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  const key = event.key.toLowerCase();
  if (document.querySelector("dialog[open]")) return;
  if (key === "x" && tick(rowOf(event.target))) event.preventDefault();
  if (key === "?") {
    const sheet = document.querySelector("[data-keys-sheet]");
    if (sheet) {
      event.preventDefault();
      sheet.showModal();
    }
  }
  const button = document.querySelector(`[data-bulk-key="${CSS.escape(key)}"]`);
  if (button && press(button)) event.preventDefault();
});

count();
