// Draws the settings again as they are now, round whatever somebody is typing in; says where a keyboard begins in them.
import { whenReleased } from "../pressing.js";
import { fire } from "./bus.js";

const inspector = document.getElementById("inspector");
const FIRST = "input:not([type=hidden], [disabled]), textarea, select, [contenteditable=true], button:not([disabled])";
let asked = 0; // how often they were asked for: the last answer counts

export const formOf = (element) => element?.closest?.("form.inspector-field") ?? null;

/** Where a keyboard begins in the settings: their first field. */
export function focusFirst() {
  (inspector.querySelector(".fields")?.querySelector(FIRST) ?? inspector.querySelector(FIRST) ?? inspector).focus();
}

/** What is unsaved stays, and so does the field that has the focus unless `all` is drawn. */
export async function refresh(all = false) {
  const source = inspector?.querySelector("[data-inspector]")?.dataset.src;
  if (!source) return;
  const turn = (asked += 1);
  const answer = await fetch(source, { headers: { "HX-Request": "true" } });
  const holder = document.createElement("template");
  holder.innerHTML = answer.ok ? await answer.text() : "";
  await whenReleased(inspector);
  const [inside, fresh] = [inspector, holder.content].map((one) => one.querySelector("[data-inspector]"));
  if (!fresh || turn !== asked || inside?.dataset.src !== source) return;
  const top = inspector.scrollTop;
  const back = wayBack(inside);
  const held = all ? null : formOf(document.activeElement);
  for (const form of inside.querySelectorAll("form.inspector-field.is-unsaved")) if (form !== held) sameIn(fresh, form)?.replaceWith(form);
  for (const fold of inside.querySelectorAll("details[data-keeps]")) {
    const same = fresh.querySelector(`details[data-keeps='${fold.dataset.keeps}']`);
    if (same) same.open = fold.open;
  }
  const drawn = held && inside.contains(held) && drawRound(held, inside, fresh) ? inside : fresh;
  if (drawn === fresh) inside.replaceWith(fresh);
  window.htmx.process(drawn);
  fire("drawn", { id: "inspector" });
  inspector.scrollTop = top;
  back();
}

const sameIn = (fresh, form) => fresh.querySelector(`#${CSS.escape(form.id)}`);

/** Replaces all but one form, which is not touched: moving it would take its focus and what is half typed. False where it has no place now. */
function drawRound(held, inside, fresh) {
  const depth = (from, to) => (from === to ? 0 : 1 + depth(from.parentNode, to));
  let young = sameIn(fresh, held);
  if (!young || depth(held, inside) !== depth(young, fresh)) return false;
  for (let old = held; old !== inside; [old, young] = [old.parentNode, young.parentNode]) {
    const [before, after] = [[], []];
    for (let node = young.previousSibling; node; node = node.previousSibling) before.unshift(node);
    for (let node = young.nextSibling; node; node = node.nextSibling) after.push(node);
    for (const node of [...old.parentNode.childNodes]) if (node !== old) node.remove();
    old.before(...before);
    old.after(...after);
  }
  return true;
}

/** Gives the focus back to what had it, else to what took its place. */
function wayBack(inside) {
  const active = document.activeElement;
  if (!inside.contains(active)) return () => undefined;
  const [id, field, from, to] = [active.id, formOf(active)?.id, active.selectionStart, active.selectionEnd];
  return () => {
    if (document.activeElement === active) return;
    const same = active.isConnected ? active : id && document.getElementById(id);
    const place = same || (field && document.getElementById(field)?.querySelector(FIRST));
    if (!place) return focusFirst();
    place.focus();
    if (same && place.setSelectionRange && typeof from === "number") place.setSelectionRange(from, to);
  };
}
