// Keeps the states of a run under way fresh: when live news tell of it, and every few seconds while it can be seen.
import type { Session } from "./session";
import type { Overlay } from "./types";

const EVERY_MS = 3000;
type RunOverlay = Overlay & { revision: string; over: boolean };

/** Asks for the states until the run is over. */
export function followRun(url: string, run: string, session: Session): void {
  const inline = document.getElementById("canvas-overlay")?.textContent;
  const first = inline ? (JSON.parse(inline) as RunOverlay) : null;
  if (first?.over) return;
  let seen = first?.revision ?? "";
  let isAsking = false;
  const ask = async () => {
    if (document.hidden || isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(`${url}?seen=${encodeURIComponent(seen)}`, { credentials: "same-origin" });
      if (answer.status === 200) {
        const overlay = (await answer.json()) as RunOverlay;
        seen = overlay.revision;
        session.setOverlay(overlay);
        if (overlay.over) stop();
      }
    } catch {
      seen = ""; // the server is away; what comes next is taken whole
    } finally {
      isAsking = false;
    }
  };
  const timer = window.setInterval(() => void ask(), EVERY_MS);
  const news = [`live:run:${run}`, "live:any"];
  const hear = () => void ask();
  const stop = () => {
    window.clearInterval(timer);
    for (const name of news) document.body.removeEventListener(name, hear);
  };
  for (const name of news) document.body.addEventListener(name, hear);
}
