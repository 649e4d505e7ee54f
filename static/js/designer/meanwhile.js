// What became of the flow while its draft is open here: another version is live, or the draft itself is gone. Said once each.
import { frame, say } from "./bus.js";

const GONE = "This draft was published or thrown away in another window. Load the page again to see what the flow is now.";
let gone = null;

/** What the pulse tells: `draft` (null: there is none any more) and `live` (null before the first version). */
export function noteMeanwhile({ draft, live }) {
  const known = frame.dataset.draft;
  if (known && String(draft ?? "") !== known) {
    if (gone !== known) say(GONE, "incident");
    gone = known;
    return;
  }
  if (!live || String(live.version) === frame.dataset.liveVersion) return;
  frame.dataset.liveVersion = live.version;
  const mark = document.querySelector(".bar-states a.is-live");
  if (mark) {
    mark.href = mark.href.replace(/\d+\/$/, `${live.version}/`);
    mark.lastChild.textContent = `Live v${live.version}`;
  }
  say(`${live.published_by ?? "Somebody"} has published version ${live.version}. This draft stays as it is; publishing it brings both together.`);
}
