// Hears what changed over one stream a browser (/live/, server-sent events) and tells the page by DOM events:
// "live:task", "live:task:<id>" and the like, and "live:any" when everything may be old. Elements fetch for themselves:
//   <div hx-get="…" hx-trigger="live:task from:body, every 15s" data-poll>
// Of a browser's visible tabs one holds the lock and with it the stream; the others hear from it. A hidden tab holds none.
const PAUSE_MS = 80; // news within that time are told together
const SPACE_MS = 500; // and the same again only after that
const AGAIN_MS = [1_000, 2_000, 5_000, 15_000, 60_000];
const POLL_MS = 60_000; // how often data-poll elements ask while the stream is up
const address = document.body?.dataset.live;
const channel = address && "BroadcastChannel" in window ? new BroadcastChannel("integrator-live") : null;

let position = "";
let isUp = false;
let holds = false; // this tab has the stream
let failures = 0;
let waiting = new Set();
let timer = 0;

const toldAt = new Map();

function tell() {
  timer = 0;
  const now = Date.now();
  const early = [...waiting].filter((name) => now - (toldAt.get(name) ?? 0) < SPACE_MS);
  const due = [...waiting].filter((name) => !early.includes(name));
  waiting = new Set(early);
  if (early.length) timer = setTimeout(tell, SPACE_MS / 2);
  if (toldAt.size > 500) toldAt.clear();
  for (const name of due) {
    toldAt.set(name, now);
    document.body.dispatchEvent(new CustomEvent(name));
  }
}

function hear(about) {
  for (const [sort, id] of about) {
    waiting.add(`live:${sort}`);
    if (id) waiting.add(`live:${sort}:${id}`);
  }
  timer ||= setTimeout(tell, PAUSE_MS);
}

function hearAll() {
  waiting.add("live:any");
  timer ||= setTimeout(tell, PAUSE_MS);
}

function take(message) {
  if (message.isAsked) {
    if (holds) channel.postMessage({ about: [], position, isUp });
    return;
  }
  position = message.position || position;
  isUp = message.isUp;
  document.documentElement.toggleAttribute("data-live-up", isUp);
  if (message.isAll) hearAll();
  else hear(message.about);
}

function spread(message) {
  take(message);
  channel?.postMessage(message);
}

// Resolves when the stream is over; `stop` ends it.
function stream(stop) {
  return new Promise((resolve) => {
    const source = new EventSource(position ? `${address}?after=${encodeURIComponent(position)}` : address);
    const end = (delay) => {
      source.close();
      spread({ about: [], isUp: false });
      setTimeout(resolve, delay);
    };
    stop.addEventListener("abort", () => end(0), { once: true });
    source.addEventListener("open", () => {
      failures = 0;
      spread({ about: [], isUp: true, isAll: !position });
    });
    source.addEventListener("news", (event) =>
      spread({ about: JSON.parse(event.data), position: event.lastEventId, isUp: true }),
    );
    source.addEventListener("reset", (event) => spread({ about: [], position: event.lastEventId, isUp: true, isAll: true }));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) {
        spread({ about: [], isUp: false }); // the browser comes back by itself, with the last id
        return;
      }
      failures += 1;
      end(AGAIN_MS[Math.min(failures, AGAIN_MS.length) - 1]);
    });
  });
}

// While this tab is visible: wait for the lock, hold the stream, and again when it ends.
async function listen(stop) {
  while (!stop.aborted) {
    try {
      await navigator.locks.request("integrator-live", { signal: stop }, async () => {
        holds = true;
        await stream(stop);
        holds = false;
      });
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }
}

let stopper = null;

function follow() {
  if (document.hidden) {
    stopper?.abort();
    stopper = null;
  } else if (!stopper) {
    stopper = new AbortController();
    listen(stopper.signal);
  }
}

// An element that polls leaves it at that while the stream is up: it is told when there is something to ask for.
const asked = new WeakMap();
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (!isUp || !elt.hasAttribute("data-poll") || elt.dataset.poll === "always") return;
  const isTold = requestConfig.triggeringEvent?.type?.startsWith("live:");
  if (!isTold && Date.now() - (asked.get(elt) ?? asked.set(elt, Date.now()).get(elt)) < POLL_MS) event.preventDefault();
  else asked.set(elt, Date.now());
});

if (address && "locks" in navigator && "EventSource" in window) {
  channel?.addEventListener("message", (event) => take(event.data));
  document.addEventListener("visibilitychange", () => {
    follow();
    if (!document.hidden) hearAll();
  });
  channel?.postMessage({ isAsked: true });
  follow();
}
