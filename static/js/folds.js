// <details data-fold>: one open at a time, closed by Escape and by a press outside, focus back on its summary.
const openFolds = () => document.querySelectorAll("details[data-fold][open]");

function close(fold, { refocus = false } = {}) {
  fold.open = false;
  if (refocus) fold.querySelector("summary").focus();
}

// A panel that would leave the window on the right opens to the left.
function turn(fold) {
  fold.classList.remove("fold--turned");
  const panel = fold.querySelector(".fold-panel");
  const leaves = panel && panel.getBoundingClientRect().right > document.documentElement.clientWidth;
  fold.classList.toggle("fold--turned", Boolean(leaves));
}

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-folds-up]");
  if (closer) close(closer.closest("details"), { refocus: true });
  for (const fold of openFolds()) if (!fold.contains(event.target)) close(fold);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const fold of openFolds()) close(fold, { refocus: fold.contains(document.activeElement) });
});

document.addEventListener(
  "toggle",
  (event) => {
    const fold = event.target;
    if (!fold.open || !fold.matches("details[data-fold]")) return;
    for (const other of openFolds()) if (!other.contains(fold) && other !== fold) close(other);
    turn(fold);
    fold.querySelector("textarea, select, input:not([type=hidden])")?.focus({ preventScroll: true });
  },
  true,
);
