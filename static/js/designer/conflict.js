// Asks what to do about an edit that another window ran into: keep mine, or take what is there. Nothing is lost before.
import { listen, speak } from "./bus.js";

const dialog = document.getElementById("conflict");
const waiting = [];
const show = (value) => (value === null || value === undefined ? "nothing" : typeof value === "string" ? value : JSON.stringify(value));

function ask() {
  const conflict = waiting[0];
  if (!conflict || dialog.open) return;
  document.getElementById("conflict-says").textContent = conflict.message;
  document.getElementById("conflict-rows").replaceChildren(
    ...(conflict.theirs ?? []).map((one) => {
      const row = document.createElement("tr");
      for (const text of [String(one.path).replaceAll("/", " › "), show(one.mine), show(one.theirs)]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    }),
  );
  dialog.querySelector("table").hidden = !conflict.theirs?.length;
  dialog.showModal();
}

listen("conflict", (conflict) => {
  waiting.push(conflict);
  ask();
});

dialog.addEventListener("click", async (event) => {
  const choice = event.target.closest("[data-resolves]")?.dataset.resolves;
  if (!choice) return;
  const { id } = waiting.shift();
  dialog.close();
  await window.IntegratorEdits.resolve(id, choice);
  speak(choice === "mine" ? "Yours is kept" : "What is there is taken");
  ask();
});
dialog.addEventListener("cancel", (event) => event.preventDefault());
