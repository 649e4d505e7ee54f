// What was changed on the page comes before what builds upon it: an order to take back, a try, the page one goes to.
import { fire, listen } from "./bus.js";
import { isQueueing, queued, saved } from "./inspector.js";

const LONGEST_MS = 5_000; // who waits for a server that is away goes on without it: the queue keeps what it has

const isTyping = () => isQueueing() || document.querySelector(".is-unsaved, [data-typing]") !== null;
const isUnsaved = () => isTyping() || window.IntegratorEdits?.pending() > 0;
const within = (work) => Promise.race([work, new Promise((go) => setTimeout(go, LONGEST_MS))]);

/** Resolves when the queue is empty, or comes to stand: at a conflict, a refusal, a server that is away. */
function emptied() {
  return new Promise((go) => {
    if (!window.IntegratorEdits?.pending()) return go();
    listen("unsaved", ({ count }) => count === 0 && go());
    for (const name of ["refused", "conflict"]) listen(name, go);
    return undefined;
  });
}

/** Resolves when all that was typed is in the queue, from where nothing is lost, or cannot be. At once where there is nothing. */
export async function noted() {
  if (!isTyping()) return;
  const others = [];
  fire("settle", { until: (promise) => others.push(promise) });
  await within(Promise.allSettled([...others, queued()]));
}

/** Resolves when the server has all that was changed here, or cannot have it now. At once where there is nothing. */
export async function arrived() {
  if (!isUnsaved()) return;
  await noted();
  await within(saved(document).then(emptied));
}

const held = new WeakSet(); // what waits already: pressing it again is no second order

async function holdUntil(ready, element, act) {
  if (held.has(element)) return;
  held.add(element);
  await ready();
  held.delete(element);
  act();
}

// ---------- what is tried is the draft with what was typed last
document.addEventListener("htmx:confirm", (event) => {
  const { elt, triggeringEvent, issueRequest } = event.detail;
  const isByItself = !triggeringEvent && elt !== document.body;
  if (isByItself || !isUnsaved()) return;
  event.preventDefault();
  holdUntil(arrived, elt, () => issueRequest(true));
});

// ---------- who goes to another page has left nothing behind in a field; what is published is all of it
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  if (link.pathname === location.pathname && link.hash) return;
  const isPublishing = link.id === "designer-publish";
  if (!(isPublishing ? isUnsaved() : isTyping())) return;
  event.preventDefault();
  holdUntil(isPublishing ? arrived : noted, link, () => location.assign(link.href));
});
