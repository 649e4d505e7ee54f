// When answers that htmx gets are drawn. Of several for one place of the page the one that was asked for last counts; what
// asks by itself stands back for people, and asks again later; nothing is drawn while something is being pressed. When an
// answer was taken, or will not come, the document hears "answered" with the request.
import { isPressed, whenReleased } from "./pressing.js";

const asked = new Map(); // id of a place, or the place itself → the last request for it that is under way
const overtaken = new WeakSet(); // requests whose answers are not shown any more
const heard = new WeakSet(); // places that are listened to
const placeOf = ({ target }) => target.id || target; // what is drawn anew keeps its id

/** Whether nobody asked: a look at what is new. What a script sends for somebody changes something, and is no GET. */
function isByItself({ requestConfig }) {
  const sort = requestConfig.triggeringEvent?.type;
  return requestConfig.verb === "get" && (!sort || sort.startsWith("live:"));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isByItself(event.detail) && asked.has(placeOf(event.detail))) event.preventDefault();
});

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const { xhr, target } = detail;
  const { onload } = xhr;
  const place = placeOf(detail);
  const end = () => {
    if (asked.get(place) === xhr) asked.delete(place);
    document.dispatchEvent(new CustomEvent("answered", { detail: xhr }));
  };
  if (asked.has(place)) overtaken.add(asked.get(place));
  asked.set(place, xhr);
  const take = () => {
    try {
      onload.call(xhr);
    } finally {
      end();
    }
  };
  xhr.onload = () => (isPressed(document) ? whenReleased(document).then(take) : take());
  for (const name of ["error", "abort", "timeout"]) xhr.addEventListener(name, end);
  if (heard.has(target)) return;
  heard.add(target);
  // at the place itself: it may have been taken out of the page by the time
  target.addEventListener("htmx:beforeSwap", (event) => {
    if (overtaken.has(event.detail.xhr)) event.detail.shouldSwap = false;
  });
});
