// Fields that stay when the form round them is drawn again: the new one takes the old one's place back, with its caret,
// its open lists and what is under way, as long as both hold the same value.

const gone = new Map(); // id of the textarea → the element that was just taken out, and its value

/** Note that the element is taken out of the page, perhaps only for a moment. */
export function leave(element, { id, value }) {
  gone.set(id, { element, value });
  setTimeout(() => gone.get(id)?.element === element && gone.delete(id));
}

/** Put the element that was just taken out in place of `fresh`, if it is the same field; whether it was. */
export function stay(fresh, source) {
  const old = gone.get(source.id);
  if (!old || old.element === fresh || old.element.isConnected || old.value !== source.value) return false;
  gone.delete(source.id);
  const kept = old.element.source;
  for (const name of ["name", "aria-describedby", "aria-labelledby"]) {
    if (source.hasAttribute(name)) kept.setAttribute(name, source.getAttribute(name));
  }
  old.element.toggleAttribute("data-refused", fresh.hasAttribute("data-refused"));
  Object.assign(old.element.dataset, fresh.dataset);
  fresh.replaceWith(old.element);
  return true;
}
