// The data picker: a tree of what a step may read, found by typing and by arrow keys. It opens below a field and hands
// back a path. The server draws it (flows/designer/parts/picker.html).

const cache = new Map(); // address → promise of its HTML, until data or draft change
let open = null; // { box, close }

for (const name of ["designer:changed", "designer:sample"]) document.addEventListener(name, () => cache.clear());

function load(address) {
  if (!cache.has(address)) {
    const asked = fetch(address, { headers: { "HX-Request": "true" } }).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.text();
    });
    asked.catch(() => cache.delete(address));
    cache.set(address, asked);
  }
  return cache.get(address);
}

const itemsOf = (box) => [...box.querySelectorAll("[role=treeitem]")];
const levelOf = (item) => Number(item.getAttribute("aria-level"));
const isShown = (item) => !item.hidden;

function unfold(items) {
  const open = []; // whether each level above is open
  for (const item of items) {
    const level = levelOf(item);
    open.length = level - 1;
    item.hidden = open.includes(false);
    open.push(item.getAttribute("aria-expanded") !== "false");
  }
}

function filter(items, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) {
    unfold(items);
    return;
  }
  const above = [];
  for (const item of items) {
    const level = levelOf(item);
    above.length = level - 1;
    above.push(item);
    item.hidden = !words.every((word) => item.dataset.find.includes(word));
    if (!item.hidden) for (const one of above) one.hidden = false;
  }
}

export function closePicker() {
  open?.close();
}

/** Open below `host`, which is positioned; `onPick({path, words, icon})` and `onClose()` are called. */
export async function openPicker({ host, address, onPick, onClose, reads }) {
  closePicker();
  const box = document.createElement("div");
  box.className = "picker";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Data to put in");
  host.append(box);
  const close = () => {
    if (open?.box !== box) return;
    open = null;
    box.remove();
    document.removeEventListener("pointerdown", outside, true);
    onClose();
  };
  const outside = (event) => {
    if (!host.contains(event.target)) close();
  };
  open = { box, close };
  document.addEventListener("pointerdown", outside, true);
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) close();
  });
  try {
    box.innerHTML = await load(address);
  } catch {
    box.innerHTML = '<p class="picker-none" role="alert">The data could not be loaded. Try again in a moment.</p>';
  }
  if (open?.box !== box) return;
  const foot = document.createElement("div");
  foot.className = "preview";
  foot.textContent = reads;
  box.append(foot);
  arm(box, host, onPick, close);
}

function arm(box, host, onPick, close) {
  const search = box.querySelector(".picker-find");
  const tree = box.querySelector("[role=tree]");
  if (!search || !tree) return;
  const place = host.querySelector("textarea")?.id || "data";
  const items = itemsOf(box);
  tree.id = `${place}-tree`;
  for (const item of items) item.id = `${place}-${item.id}`;
  search.id = `${place}-find`;
  search.setAttribute("role", "combobox");
  search.setAttribute("aria-haspopup", "tree");
  search.setAttribute("aria-expanded", "true");
  search.setAttribute("aria-controls", tree.id);
  let at = null;

  const go = (item) => {
    at?.setAttribute("aria-selected", "false");
    at?.classList.remove("is-at");
    at = item ?? null;
    if (!at) {
      search.removeAttribute("aria-activedescendant");
      return;
    }
    at.setAttribute("aria-selected", "true");
    at.classList.add("is-at");
    at.scrollIntoView({ block: "nearest" });
    search.setAttribute("aria-activedescendant", at.id);
  };
  const turn = (item, isOpen) => {
    item.setAttribute("aria-expanded", String(isOpen));
    unfold(items);
  };
  const take = (item) => {
    close();
    onPick({ path: item.dataset.path, words: item.dataset.words, icon: item.dataset.icon });
  };
  const step = (by) => {
    const shown = items.filter(isShown);
    if (shown.length) go(shown[(shown.indexOf(at) + by + shown.length) % shown.length]);
  };

  search.addEventListener("input", (event) => {
    event.stopPropagation(); // what is looked for is no value
    filter(items, search.value);
    const shown = items.filter(isShown);
    box.querySelector("[data-nothing]").hidden = shown.length > 0;
    go(search.value.trim() ? (shown.find((item) => levelOf(item) > 1) ?? shown[0]) : null);
  });
  search.addEventListener("keydown", (event) => {
    const hasChildren = at?.hasAttribute("aria-expanded");
    const isOpen = at?.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(at ? -1 : 0);
    else if (event.key === "ArrowRight" && hasChildren && !isOpen && !search.value) turn(at, true);
    else if (event.key === "ArrowLeft" && hasChildren && isOpen && !search.value) turn(at, false);
    else if (event.key === "Enter" && at) take(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  tree.addEventListener("click", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (!item) return;
    const isFold = item.hasAttribute("aria-expanded") && (levelOf(item) === 1 || event.target.closest(".turn"));
    if (isFold) turn(item, item.getAttribute("aria-expanded") !== "true");
    else take(item);
  });
  tree.addEventListener("dragstart", (event) => {
    const item = event.target.closest("[role=treeitem]");
    event.dataTransfer.setData("application/x-data-path", JSON.stringify({ ...item.dataset }));
    event.dataTransfer.effectAllowed = "copy";
  });
  search.focus();
}
