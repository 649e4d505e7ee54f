// Brings the rows up to date without taking away what somebody has open or in focus: only what differs is replaced.
import { whenReleased } from "../pressing.js";
import { furnish } from "./outline-shared.js";

const KEPT = ["data-title", "data-kind", "data-icon", "data-links", "data-exits", "data-names-ports", "data-also", "data-new", "aria-label"];

function patch(old, fresh) {
  const isOpen = old.querySelector(".place:not(:empty)") !== null;
  if (!isOpen) {
    fresh.className = [...fresh.classList, ...["is-at", "is-marked"].filter((name) => old.classList.contains(name))].join(" ");
    old.replaceWith(fresh);
    return;
  }
  for (const name of KEPT) {
    if (fresh.hasAttribute(name)) old.setAttribute(name, fresh.getAttribute(name));
    else old.removeAttribute(name);
  }
  old.querySelector(".tile").replaceWith(fresh.querySelector(".tile"));
  old.querySelector(".says").replaceWith(fresh.querySelector(".says"));
  old.querySelector(".margin").replaceWith(fresh.querySelector(".margin"));
  const body = old.querySelector(".row-body");
  for (const gone of body.querySelectorAll(":scope > .branch, :scope > .row-more")) gone.remove();
  const last = body.querySelector('[data-place="ways"]');
  for (const one of fresh.querySelectorAll(".row-body > .row-more, .row-body > .branch")) body.insertBefore(one, last);
}

let latest = 0;

/** Draws the rows anew; whether it was its turn: of several that are under way only the last one draws. */
export async function redraw(sheet, address) {
  const ticket = ++latest;
  const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Target": "outline-rows" } });
  const text = await answer.text();
  await whenReleased(sheet);
  if (ticket !== latest) return false;
  if (!answer.ok) return true;
  const page = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement?.id;
  const list = sheet.querySelector("#outline");
  const olds = new Map([...list.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
  let after = null;
  for (const fresh of page.querySelectorAll("#outline > [data-row]")) {
    const old = olds.get(fresh.dataset.row);
    const key = fresh.dataset.row;
    olds.delete(key);
    if (old) patch(old, fresh);
    const row = list.querySelector(`:scope > [data-row="${CSS.escape(key)}"]`) ?? fresh;
    if (after ? after.nextElementSibling !== row : list.firstElementChild !== row) {
      if (after) after.after(row);
      else list.prepend(row);
    }
    after = row;
  }
  for (const gone of olds.values()) gone.remove();
  for (const part of [".outline-head", ".outline-notes", "#outline-shared"]) {
    sheet.querySelector(part).replaceWith(page.querySelector(part));
  }
  const at = list.querySelector(":scope > .is-at");
  if (at) furnish(at); // so that a choice in focus is there again
  sheet.querySelector("#outline-rows").dataset.revision = page.querySelector("#outline-rows").dataset.revision;
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
  return true;
}
