// An input that takes the bare path of data, such as the left side of a condition: typed, or put in with the data picker.

import { addressWith } from "./asking.js";
import { iconButton } from "./buttons.js";
import { closePicker, openPicker } from "./picker.js";

class PathInput extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.input = this.querySelector("input");
    this.button = iconButton("Put data in", "braces", () => this.pick());
    this.button.id = `${this.input.id}-data`;
    this.button.setAttribute("aria-haspopup", "tree");
    this.append(this.button);
  }

  disconnectedCallback() {
    closePicker();
  }

  pick() {
    const { step, setting, pickerUrl } = this.dataset;
    openPicker({
      host: this,
      address: addressWith(pickerUrl, { step, setting }),
      reads: "",
      onPick: ({ path }) => this.take(path),
      onClose: () => this.input.focus(),
    });
  }

  take(path) {
    this.input.value = path.replace(/^=\s*/, "");
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

document.addEventListener("designer:insert", ({ detail }) => {
  if (detail?.path) document.activeElement?.closest?.("path-input")?.take(detail.path);
});

customElements.define("path-input", PathInput);
