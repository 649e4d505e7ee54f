// The tab Try-out: knows the step that is picked, tries up to a step when asked, follows a run for real.
import { addressOf, fire, frame, listen, load } from "./bus.js";

const PANEL = "drawer-panel-try";
const FOLLOW_MS = 2000;
let followed = null; // {address, seen}: the run whose states are laid over the views; another object for each panel

function sync() {
  const step = frame.dataset.step;
  const isStep = Boolean(step) && step !== "trigger" && step !== "flow";
  for (const field of document.querySelectorAll("[data-picked-step]")) field.value = isStep ? step : "";
  for (const button of document.querySelectorAll("[data-needs-step]")) {
    button.disabled = !isStep;
    button.title = isStep ? "" : "Pick a step first";
  }
}

function tryUpTo(step) {
  return window.htmx.ajax("POST", addressOf("try/begin/"), {
    target: `#${PANEL}`,
    swap: "innerHTML",
    values: { reach: "to", step },
  });
}

listen("select", sync);
listen("open", ({ drawer, upTo, step }) => {
  const wanted = upTo ?? step;
  if (drawer === "try" && wanted && wanted !== "trigger" && wanted !== "flow") tryUpTo(wanted);
});

// ---------- what the picked step did last, between its settings and what stands at the foot of them
let isTried = false;
let shown = null; // the place where that stands, for the step that it names
let turn = 0; // the answer to the last look counts
const inspector = document.getElementById("inspector");

async function showStep() {
  const step = frame.dataset.step;
  if (!isTried || !step || step === "trigger" || step === "flow" || inspector.hidden) return;
  const mine = ++turn;
  const answer = await fetch(addressOf(`try/steps/${encodeURIComponent(step)}/`), { headers: { "HX-Request": "true" } });
  const text = answer.ok ? (await answer.text()).trim() : "";
  if (mine !== turn || frame.dataset.step !== step) return;
  forget();
  if (!text) return;
  const place = document.createElement("section");
  place.dataset.step = step;
  place.id = "try-step";
  place.className = "try-step";
  place.setAttribute("aria-label", "In the last try");
  place.append(document.createRange().createContextualFragment(text));
  shown = place;
  put();
}

function put() {
  const fields = inspector.querySelector("[data-inspector] > .fields");
  if (fields) fields.after(shown);
  else inspector.append(shown);
}

function forget() {
  shown?.remove();
  shown = null;
}

listen("overlay", ({ name }) => {
  isTried = name === "try";
  if (isTried) showStep();
  else forget();
});

// The settings were drawn again round what is being typed: what the step did stands below them as before.
listen("drawn", ({ id }) => {
  if (id === "inspector" && shown?.dataset.step === frame.dataset.step) put();
});

// ---------- a run for real: its states are laid over the views until it is over
async function follow(run) {
  if (run !== followed || !run.place.isConnected) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(`${run.address}?seen=${encodeURIComponent(run.seen)}`, { headers: { Accept: "application/json" } });
      if (answer.status === 200) {
        const overlay = await answer.json();
        if (run !== followed || !run.place.isConnected) return;
        fire("overlay", overlay);
        await load(run.place.dataset.state, run.place);
        run.seen = overlay.revision;
        if (overlay.over) return;
      }
    } catch {
      // away: the next look tells
    }
  }
  setTimeout(() => follow(run), FOLLOW_MS);
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target === inspector) showStep();
  if (event.target?.id !== PANEL) return;
  sync();
  const place = event.target.querySelector("[data-follows]");
  followed = place ? { place, address: place.dataset.follows, seen: "" } : null;
  if (place) follow(followed);
});
sync();
