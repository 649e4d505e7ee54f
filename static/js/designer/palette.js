// The palette: search, categories that fold, arrows between steps; a step is dragged from it or pressed to be added.
import { fire, frame, speak } from "./bus.js";

const palette = document.getElementById("palette");
const find = document.getElementById("palette-find");
export const KIND_TYPE = "application/x-integrator-kind";

function visibleItems() {
  return [...palette.querySelectorAll("[data-kind]")].filter((item) => item.offsetParent !== null);
}

function filter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const item of palette.querySelectorAll("[data-kind]")) {
    const fits = words.every((word) => item.dataset.find.includes(word));
    item.closest("li").hidden = !fits;
    count += fits ? 1 : 0;
  }
  for (const group of palette.querySelectorAll("[data-palette-group]")) {
    group.hidden = group.querySelector("li:not([hidden])") === null;
  }
  palette.querySelector(".palette-none").hidden = count > 0;
  if (words.length) speak(count === 1 ? "1 step" : `${count} steps`);
}

function focusItem(item) {
  for (const other of palette.querySelectorAll("[data-kind]")) other.tabIndex = other === item ? 0 : -1;
  item.focus();
}

function add(item) {
  fire("add", { kind: item.dataset.kind, label: item.dataset.label });
  frame.classList.remove("is-adding");
}

if (palette) {
  find.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => {
    const first = visibleItems()[0];
    if (event.key === "Enter" && first) {
      event.preventDefault();
      add(first);
      find.value = "";
      filter();
    } else if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      focusItem(first);
    } else if (event.key === "Escape") {
      find.value = "";
      filter();
      fire("focus", {});
    }
  });
  palette.addEventListener("click", (event) => {
    const item = event.target.closest("[data-kind]");
    if (item) add(item);
    const folder = event.target.closest(".palette-fold");
    if (folder) folder.setAttribute("aria-expanded", String(folder.getAttribute("aria-expanded") !== "true"));
  });
  palette.addEventListener("keydown", (event) => {
    const items = visibleItems();
    const at = items.indexOf(event.target.closest("[data-kind]"));
    if (at < 0 || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to < 0) find.focus();
    else focusItem(items[Math.min(to, items.length - 1)]);
  });
  palette.addEventListener("dragstart", (event) => {
    const item = event.target.closest("[data-kind]");
    if (!item) return;
    event.dataTransfer.setData(KIND_TYPE, item.dataset.kind);
    event.dataTransfer.setData("text/plain", item.dataset.label);
    event.dataTransfer.effectAllowed = "copy";
  });
}
