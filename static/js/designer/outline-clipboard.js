// Copy, cut and paste of steps: what is on the clipboard is a piece of a flow file, so that it can be kept or sent.
import { addressOf, fire, frame, isWriting, postHeaders, speak } from "./bus.js";

async function readSteps(keys) {
  const answer = await fetch(frame.dataset.stateUrl, { headers: { Accept: "application/json" } });
  const { document: flow } = await answer.json();
  return Object.fromEntries(keys.filter((key) => flow.steps[key]).map((key) => [key, flow.steps[key]]));
}

/** A piece of a flow from pasted text: JSON here, YAML by the server. */
async function readFragment(text) {
  try {
    const found = JSON.parse(text);
    if (found && typeof found.steps === "object") return { steps: found.steps };
  } catch {
    // not JSON: perhaps a flow file
  }
  const answer = await fetch(addressOf("text/fragment/"), { method: "POST", headers: postHeaders(), body: JSON.stringify({ text }) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? "There are no steps on the clipboard.");
  return said.fragment;
}

export function bindClipboard({ chosen, here, freePort, change, remove }) {
  const copy = async (event, isCut) => {
    if (isWriting(event.target) || String(getSelection())) return;
    const keys = chosen();
    if (!keys.length) return;
    event.preventDefault();
    const text = JSON.stringify({ steps: await readSteps(keys) }, null, 2);
    await navigator.clipboard.writeText(text);
    frame.dataset.copied = text;
    speak(keys.length === 1 ? "Copied 1 step" : `Copied ${keys.length} steps`);
    if (isCut) remove();
  };
  document.addEventListener("copy", (event) => copy(event, false));
  document.addEventListener("cut", (event) => copy(event, true));
  document.addEventListener("paste", async (event) => {
    if (isWriting(event.target)) return;
    const text = event.clipboardData.getData("text/plain");
    event.preventDefault();
    try {
      const fragment = await readFragment(text);
      const row = here();
      const first = Object.keys(fragment.steps)[0];
      const port = freePort(row) ?? "next";
      const state = await change([{ op: "paste", fragment, after: { step: row.dataset.row, port } }]);
      if (state) speak(`Pasted ${Object.keys(fragment.steps).length} steps, beginning with ${state.renamed?.[first] ?? first}`);
    } catch (refusal) {
      fire("refused", { message: refusal.message, code: "" });
    }
  });
}
