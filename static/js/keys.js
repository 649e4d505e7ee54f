// Single keys: data-key="a" takes the focus to its element, never presses it. J and K walk the titles of a list.
const isWriting = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

function walk(step) {
  const titles = [...document.querySelectorAll(".row-item .title")];
  if (titles.length === 0) return false;
  const at = titles.indexOf(document.activeElement);
  titles[Math.max(0, Math.min(titles.length - 1, at + step))].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    if (walk(key === "j" ? 1 : -1)) event.preventDefault();
    return;
  }
  const wanted = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === key && element.offsetParent !== null,
  );
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
});
