// <button data-copy="text">: copies, and says so.
import { say } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Copied", "completed");
  } catch {
    say("The browser did not allow copying. Select the text instead.", "failed");
  }
});
