// The drawer below the view: tabs that fetch their panel when first opened and again after each change.
import { fire, frame, listen, load, stopLoading } from "./bus.js";

const drawer = document.getElementById("drawer");
const tabs = [...drawer.querySelectorAll("[role=tab]")];
const closer = document.getElementById("drawer-close");
const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
let open = "";
let wanting = null; // the panel that takes the focus as soon as it has come
let last = null; // {element, panel}: where the focus was last

const firstOf = (panel) => panel.querySelector("button:not([disabled]), a, input:not([type=hidden]), textarea, select") ?? panel;

/** What took the place of an element that had the focus: the one of its id, of its name and value, or of its words. */
function sameAs(element, panel) {
  const words = element.textContent.trim();
  const isSame = (one) =>
    (element.id && one.id === element.id) ||
    (one.tagName === element.tagName && ((element.name && one.name === element.name && one.value === element.value) || (words && one.textContent.trim() === words)));
  return [...panel.querySelectorAll("a, button, summary, input, select, textarea")].find((one) => isSame(one) && !one.disabled);
}

document.addEventListener("focusin", ({ target }) => {
  last = { element: target, panel: target.closest("[role=tabpanel]") };
});

// what is drawn again keeps whoever was in it
drawer.addEventListener("htmx:afterSettle", ({ target }) => {
  const panel = target.closest("[role=tabpanel]");
  if (!panel || panel.hidden) return;
  const isLost = document.activeElement === document.body && last?.panel === panel && !last.element.isConnected;
  if (wanting === panel) firstOf(panel).focus();
  else if (isLost) (sameAs(last.element, panel) ?? firstOf(panel)).focus();
  wanting = null;
});

// What somebody asks for in a panel wins over what the panel is fetched with, whichever answers first.
const sent = new Map(); // request → the panel that its answer comes into
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const panel = drawer.contains(detail.target) && detail.target.closest("[role=tabpanel]");
  if (!panel) return;
  stopLoading(panel);
  sent.set(detail.xhr, panel);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => sent.delete(detail.xhr));

function fetchPanel(tab) {
  const panel = panelOf(tab);
  if (![...sent.values()].includes(panel)) load(panel.dataset.src, panel);
}

export function openDrawer(name, { focus = false, fetches = true } = {}) {
  open = name;
  for (const tab of tabs) {
    const isIt = tab.dataset.drawer === name;
    tab.setAttribute("aria-selected", String(isIt));
    tab.tabIndex = isIt || (!name && tab === tabs[0]) ? 0 : -1;
    panelOf(tab).hidden = !isIt;
    if (isIt) {
      wanting = focus ? panelOf(tab) : null;
      if (fetches) fetchPanel(tab);
    }
  }
  closer.hidden = !name;
  frame.dataset.drawer = name;
  const here = new URL(location.href);
  if (name) here.searchParams.set("drawer", name);
  else here.searchParams.delete("drawer");
  history.replaceState(history.state, "", here);
}

function close() {
  const tab = tabs.find((one) => one.dataset.drawer === open);
  openDrawer("");
  (tab ?? tabs[0]).focus();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => (open === tab.dataset.drawer ? close() : openDrawer(tab.dataset.drawer)));
}
closer.addEventListener("click", close);

drawer.addEventListener("keydown", (event) => {
  const at = tabs.indexOf(event.target);
  if (at >= 0 && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    event.preventDefault();
    tabs[(at + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length].focus();
  } else if (event.key === "Escape" && open && !event.defaultPrevented) {
    event.preventDefault();
    openDrawer("");
    fire("focus", {});
  }
});

drawer.addEventListener("click", (event) => {
  const step = event.target.closest("[data-goes-to]");
  if (step) fire("select", { key: step.dataset.goesTo, focus: true, inspect: frame.dataset.view === "canvas" });
  const mend = event.target.closest("[data-mends]");
  if (mend) fire("edit", { ops: JSON.parse(mend.dataset.mends), label: mend.textContent.trim() });
});

// what is tried up to a step comes by itself
listen("open", ({ drawer: name, focus, upTo, step }) => {
  const tried = name === "try" ? (upTo ?? step) : null;
  openDrawer(name, { focus, fetches: !tried || tried === "trigger" || tried === "flow" });
});
listen("changed", () => {
  const tab = tabs.find((one) => one.dataset.drawer === open && one.dataset.drawer === "problems");
  if (tab) fetchPanel(tab);
});
addEventListener("DOMContentLoaded", () => {
  if (frame.dataset.drawer) openDrawer(frame.dataset.drawer);
});
