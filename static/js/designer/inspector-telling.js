// What stands beside the inspector's fields: why something is not saved, what is wrong with it, what to look at.
import { say } from "./bus.js";

const inspector = document.getElementById("inspector");

/** The step that a field is of. */
export const keyOf = (form) => form.dataset.target.replace(/^steps\//, "");

/** A sign and sentences in a place; none: the place is empty. */
export function put(place, icon, sentences) {
  const words = sentences.join(" ");
  if (place.textContent.trim() === words) return;
  place.replaceChildren();
  if (!words) return;
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${spriteAddress()}#${icon}`);
  sign.append(use);
  const text = document.createElement("span");
  text.textContent = words;
  place.append(sign, text);
}

const spriteAddress = () => (document.querySelector("use")?.getAttribute("href") ?? "#").split("#")[0];

/** What is wrong with a field, beside it; where the field is not shown any more, as a notice. */
export function tellErrors(form, sentences) {
  if (!form.isConnected && sentences.length) say(sentences.join(" "), "failed");
  put(form.querySelector("[data-errors]"), "alert-circle", sentences);
  const isWrong = sentences.length > 0;
  for (const input of form.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")) {
    if (isWrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

/** The problems of a state, each at its field; those of the step as a whole go when they are mended. */
export function tellProblems(state) {
  const messages = (state?.problems ?? []).map((problem) => problem.message);
  for (const told of inspector?.querySelectorAll("[data-problem]") ?? []) told.hidden = !messages.includes(told.dataset.problem);
  for (const form of document.querySelectorAll("form.inspector-field")) {
    const step = form.dataset.target.startsWith("steps/") ? keyOf(form) : null;
    const mine = (state?.problems ?? []).filter((problem) => isAbout(problem, form, step));
    const needed = form.dataset.needed;
    const isMissing = (problem) => problem.code === "definition.missing_setting";
    const words = (problem) => (isMissing(problem) && needed ? needed : problem.message);
    const isTold = (problem) => problem.severity === "error" && (!isMissing(problem) || "touched" in form.dataset);
    tellErrors(form, mine.filter(isTold).map(words));
    put(form.querySelector("[data-warnings]"), "bulb", mine.filter((problem) => problem.severity !== "error").map(words));
  }
}

function isAbout(problem, form, step) {
  if ((problem.step ?? null) !== step) return false;
  const name = form.dataset.field;
  const link = name === "port.next" ? (step ? ["next", "on.next"] : ["start"]) : name.startsWith("port.") ? [`on.${name.slice(5)}`] : [];
  const prefix = form.dataset.target === "trigger" && name.startsWith("with.") ? `trigger.${name.slice(5)}` : name;
  const field = problem.field ?? "";
  if (problem.code === "definition.missing_setting" && problem.message.includes(`needs '${name.replace("with.", "")}'`)) return true;
  return [prefix, ...link].some((one) => field === one || field.startsWith(`${one}.`));
}
