// <div data-undo="time">: counts the seconds in which an answer can be undone, and takes the button away when they are over.
// Several may stand on a page, and come with a list that is loaded anew.
export function secondsLeft(until, now) {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

let next = 0;

function refresh() {
  clearTimeout(next);
  let some = false;
  for (const line of document.querySelectorAll("[data-undo]")) {
    const left = secondsLeft(Date.parse(line.dataset.undo), Date.now());
    const place = line.querySelector("[data-undo-left]");
    if (place) place.textContent = left ? ` (${left} s)` : "";
    const form = line.querySelector("form");
    if (form) form.hidden = left === 0;
    some ||= left > 0;
  }
  if (some) next = setTimeout(refresh, 500);
}

document.addEventListener("htmx:afterSettle", refresh);
refresh();
