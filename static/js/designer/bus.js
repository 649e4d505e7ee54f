// What the designer's modules share: the frame's element, events on the document, words that are spoken, and edits.
import { whenReleased } from "../pressing.js";
import { say } from "../toasts.js";

export const frame = document.getElementById("designer");
export const addressOf = (path = "") => frame.dataset.address + path;
export const isWriting = (element) => element.closest?.("input, textarea, select, [contenteditable='true']") !== null;

export function fire(name, detail) {
  document.dispatchEvent(new CustomEvent(`designer:${name}`, { detail }));
}

export function listen(name, act) {
  document.addEventListener(`designer:${name}`, (event) => act(event.detail ?? {}, event));
}

/** The plain fields of the frame's forms: what every POST carries. */
export function postHeaders() {
  return { ...JSON.parse(document.body.getAttribute("hx-headers")), "Content-Type": "application/json" };
}

const asking = new WeakMap(); // element → what stops the request whose answer it waits for

/** No answer comes into this element any more. */
export function stopLoading(target) {
  asking.get(target)?.abort();
  asking.delete(target);
}

/** What an answer tells beside its text: the events of HX-Trigger, as htmx fires them. */
function fireTold(answer) {
  const told = answer.headers.get("HX-Trigger");
  if (!told?.startsWith("{")) return;
  for (const [name, detail] of Object.entries(JSON.parse(told))) document.dispatchEvent(new CustomEvent(name, { detail }));
}

/**
 * Fetch a fragment into an element, in place of what was asked for there before. Resolves when htmx has made it work, to whether it came.
 * What is pressed right now is not drawn anew under the pointer: its click counts first, and may stop this.
 */
export async function load(address, target) {
  stopLoading(target);
  const mine = new AbortController();
  asking.set(target, mine);
  try {
    const headers = { "HX-Request": "true", "HX-Target": target.id, "HX-Current-URL": location.href };
    const answer = await fetch(address, { headers, signal: mine.signal });
    const text = await answer.text();
    await whenReleased(target);
    if (mine.signal.aborted) return false;
    if (!answer.ok) {
      const isPlain = (answer.headers.get("Content-Type") ?? "").startsWith("text/plain");
      say(isPlain ? text : "That did not work. Load the page again and try once more.", "failed");
      return false;
    }
    await new Promise((go) => window.htmx.swap(target, text, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 20 }, { afterSettleCallback: go }));
    if (!mine.signal.aborted) fireTold(answer);
    return !mine.signal.aborted;
  } catch {
    if (!mine.signal.aborted) say("The server cannot be reached. Check the connection and try again.", "failed");
    return false;
  }
}

/** Ask for an edit; resolves to the state after it, or to null when it was refused (which the queue says by `refused`). */
export async function edit(ops, source = frame.dataset.view) {
  return window.IntegratorEdits.submit(ops, source).catch(() => null);
}

/** A notice with a button, such as "Deleted Reply. [Undo]". It goes by itself with the next change. */
export function offer(text, label, act) {
  document.querySelectorAll("[data-offer]").forEach((old) => old.remove());
  say(text, "running");
  const notice = document.getElementById("toasts").lastElementChild;
  notice.dataset.offer = frame.dataset.revision;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = label;
  button.addEventListener("click", () => {
    notice.remove();
    act();
  });
  notice.insertBefore(button, notice.lastElementChild);
}

listen("changed", ({ revision }) => {
  for (const notice of document.querySelectorAll("[data-offer]")) {
    if (Number(revision) > Number(notice.dataset.offer)) notice.remove();
  }
});

/** Said to screen readers alone. */
export function speak(text) {
  let region = document.getElementById("designer-spoken");
  if (!region) {
    region = document.createElement("div");
    region.id = "designer-spoken";
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

export { say };
