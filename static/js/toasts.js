// Adds to the live region: from the event "toast" (HX-Trigger), and when a request of htmx fails.
const SYMBOLS = { completed: "circle-check", failed: "alert-triangle", incident: "alert-triangle", running: "info-circle" };
const region = () => document.getElementById("toasts");
const sprite = () => document.querySelector("svg.icon use")?.getAttribute("href").split("#")[0];

function drawIcon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite()}#${name}`);
  svg.append(use);
  return svg;
}

export function say(text, tone = "running") {
  const notice = document.createElement("div");
  notice.className = `notice is-${tone in SYMBOLS ? tone : "running"}`;
  const words = document.createElement("p");
  words.textContent = text;
  const closer = document.createElement("button");
  closer.className = "btn btn-bare btn-icon btn-sm";
  closer.type = "button";
  closer.setAttribute("aria-label", "Close");
  closer.dataset.closes = ".notice";
  closer.append(drawIcon("x"));
  notice.append(drawIcon(SYMBOLS[tone] ?? "info-circle"), words, closer);
  region()?.append(notice);
}

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-closes]");
  closer?.closest(closer.dataset.closes)?.remove();
});

document.addEventListener("toast", (event) => say(event.detail.text, event.detail.tone));

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt } = event.detail;
  if (elt.hasAttribute("data-poll")) return;
  const isPlain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  say(isPlain ? xhr.responseText : "That did not work. Load the page again and try once more.", "failed");
});

document.addEventListener("htmx:sendError", (event) => {
  if (!event.detail.elt.hasAttribute("data-poll")) say("The server cannot be reached. Check the connection and try again.", "failed");
});
