// A form that was sent once waits for its answer: its buttons are disabled until the page goes or comes back. What htmx
// sends is none of this, and the answers that it gets (news come all the time) let nobody send a form twice.
function release() {
  for (const button of document.querySelectorAll("button[data-waits]")) {
    button.disabled = false;
    delete button.dataset.waits;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-theme-form")) return;
  // After the browser has collected the fields, or the pressed button's own name and value would be lost.
  setTimeout(() => {
    // also those that stand outside and name the form
    for (const button of [...form.elements].filter((one) => one.matches("button:not([type=button]):not(:disabled)"))) {
      button.disabled = true;
      button.dataset.waits = "";
    }
  });
});

window.addEventListener("pageshow", release);
