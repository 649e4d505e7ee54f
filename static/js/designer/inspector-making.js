// Makes a connection or secret where a step needs it: the form in a dialog, and what was made is chosen in the field.
import { say, speak } from "./bus.js";

const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"));

document.addEventListener("click", (event) => {
  const maker = event.target.closest("[data-inspector-new]");
  if (!maker) return;
  event.preventDefault();
  openDialog(maker.href, maker.dataset.inspectorNew);
});

async function openDialog(address, fieldId) {
  const dialog = document.createElement("dialog");
  dialog.className = "inspector-dialog";
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    document.getElementById(fieldId)?.focus();
  });
  const draw = async (answer) => {
    const made = answer.headers.get("X-Made");
    if (made) {
      dialog.close();
      return choose(fieldId, made);
    }
    if (!answer.ok && answer.status !== 400) {
      dialog.close();
      return say("That form cannot be opened. Ask a publisher of the team.", "failed");
    }
    dialog.innerHTML = await answer.text();
    const title = document.createElement("h2");
    title.id = `${fieldId}-new`;
    title.textContent = `New ${address.includes("/connection/") ? "connection" : "secret"}`;
    dialog.prepend(title);
    dialog.setAttribute("aria-labelledby", title.id);
    (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("label, legend")?.control)?.focus();
  };
  let turn = 0; // the answer to what was asked last counts
  let isMaking = false; // pressed once: the second press is no second order
  const load = async (url, options = {}) => {
    const mine = ++turn;
    const answer = await fetch(url, { ...options, headers: { ...csrf(), "HX-Request": "true" } });
    if (mine === turn && dialog.isConnected) await draw(answer);
  };
  dialog.addEventListener("change", (event) => {
    const kind = event.target.closest("[data-inspector-kind]");
    if (kind && !isMaking) load(`${kind.action}?${new URLSearchParams(new FormData(kind))}`);
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!event.target.matches("[data-inspector-make]") || isMaking) return;
    isMaking = true;
    load(event.target.action, { method: "POST", body: new FormData(event.target) }).finally(() => (isMaking = false));
  });
  dialog.addEventListener("click", (event) => event.target.closest("[data-inspector-cancel]") && dialog.close());
  dialog.showModal();
  await load(address);
}

function choose(fieldId, name) {
  const select = document.getElementById(fieldId);
  if (!select) return;
  select.add(new Option(name, name, true, true));
  select.dispatchEvent(new Event("change", { bubbles: true }));
  speak(`${name} is made and chosen.`);
}
