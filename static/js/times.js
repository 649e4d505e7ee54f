// Keeps "5 min ago" true while a page stays open. Beyond the hour the server's own words in data-when take over.
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function sayWhen(at, now, later) {
  const passed = now - at;
  const minutes = Math.floor(Math.abs(passed) / MINUTE_MS);
  if (Math.abs(passed) >= HOUR_MS) return later;
  if (minutes === 0) return passed >= 0 ? "just now" : "in a moment";
  return passed > 0 ? `${minutes} min ago` : `in ${minutes} min`;
}

function refresh() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-when]")) {
    const words = sayWhen(Date.parse(time.dateTime), now, time.dataset.when);
    if (time.textContent !== words) time.textContent = words;
  }
}

setInterval(() => document.hidden || refresh(), MINUTE_MS / 2);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
