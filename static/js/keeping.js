// <details data-keeps="name"> stays as the reader left it when news replaces the element it stands in.
const named = (root) => root.querySelectorAll?.("details[data-keeps]") ?? [];

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!target || !fragment) return;
  const open = new Map([...named(target)].map((fold) => [fold.dataset.keeps, fold.open]));
  for (const fold of named(fragment)) {
    if (open.get(fold.dataset.keeps)) fold.open = true;
  }
});
