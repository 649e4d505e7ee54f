// A value that may hold data: <expression-field> round a textarea, which stays what is posted. As text it is edited with
// chips in it, as a formula in the textarea itself, with completion. What it comes to is said below.
import { addressWith, post, whenIdle } from "./asking.js";
import { iconButton } from "./buttons.js";
import { armCompletion, loadKnown } from "./completion.js";
import { ChipEditor } from "./chips.js";
import { isFormula, parseMixed, quote, writeMixed } from "./mixed.js";
import { closePicker, openPicker } from "./picker.js";
import { leave, stay } from "./staying.js";

const WAIT_MS = 300;
let lastFocused = null;

class ExpressionField extends HTMLElement {
  connectedCallback() {
    if (this.isArmed) {
      document.addEventListener("designer:sample", this.refresh);
      return;
    }
    this.source = this.querySelector("textarea");
    if (!this.source || this.source.disabled || stay(this, this.source)) return;
    this.isArmed = true;
    this.reads = this.querySelector(".expression-reads");
    this.known = null; // what is said below belongs to this value
    this.build();
    this.draw();
    this.refresh = () => {
      this.known = null;
      if (isFormula(this.source.value)) this.look();
    };
    document.addEventListener("designer:sample", this.refresh);
    if (isFormula(this.source.value)) whenIdle(() => this.isConnected && this.look());
    whenIdle(() => this.isConnected && this.decorate());
  }

  /** Chips get the words and icons of what they stand for. */
  async decorate() {
    if (!this.isText || !this.editor.element.querySelector(".pill-data")) return;
    try {
      this.editor.decorate(await loadKnown(this.dataset));
    } catch {
      // they keep the names of their fields
    }
  }

  disconnectedCallback() {
    if (!this.isArmed) return;
    document.removeEventListener("designer:sample", this.refresh);
    leave(this, this.source);
  }

  get onlyFormula() {
    return this.hasAttribute("data-formula-only");
  }

  build() {
    const bar = document.createElement("div");
    bar.className = "expression-bar";
    this.insertData = iconButton("Put data in", "braces", () => this.pick());
    this.insertData.setAttribute("aria-haspopup", "tree");
    this.turn = iconButton("Write a formula", "variable", () => this.switchMode());
    this.insertData.id = `${this.source.id}-data`;
    this.turn.id = `${this.source.id}-turn`;
    bar.append(this.insertData, ...(this.onlyFormula ? [] : [this.turn]));
    this.box = document.createElement("div");
    this.box.className = "expression-box";
    this.source.before(this.box);
    this.marks = document.createElement("div");
    this.marks.className = "expression-marks";
    this.marks.setAttribute("aria-hidden", "true");
    this.box.append(this.marks, this.source, bar);
    this.editor = this.onlyFormula ? null : new ChipEditor(this, () => this.typed());
    armCompletion(this);
    this.source.addEventListener("input", () => this.noticed());
    this.source.addEventListener("focus", () => this.focused());
    this.source.addEventListener("keydown", (event) => {
      // the space behind "=" is there already
      if (event.key === " " && this.gaveSpace && this.source.value === "= ") event.preventDefault();
      this.gaveSpace = false;
    });
    this.source.addEventListener("scroll", () => (this.marks.scrollLeft = this.source.scrollLeft));
    this.addEventListener("keydown", (event) => {
      if (event.key === " " && event.ctrlKey && !event.target.closest(".picker") && !this.isText) return;
      if (event.key === " " && event.ctrlKey && !event.target.closest(".picker")) {
        event.preventDefault();
        this.pick();
      }
    });
  }

  /** Show the value as it stands: as text with chips where that is possible, else as a formula. */
  draw() {
    const pieces = this.editor && parseMixed(this.source.value);
    this.isText = Boolean(pieces) && !this.wantsFormula;
    this.classList.toggle("is-formula", !this.isText);
    this.source.hidden = this.isText;
    if (this.editor) {
      this.editor.element.hidden = !this.isText;
      if (this.isText) this.editor.fill(pieces);
      this.turn.setAttribute("aria-pressed", String(!this.isText));
      this.turn.setAttribute("aria-label", this.isText ? "Write a formula" : "Write as text");
      this.turn.title = this.turn.getAttribute("aria-label");
      this.allowTurn();
    }
    this.mark(null);
  }

  /** A formula that is more than texts and data cannot be shown as such. */
  allowTurn() {
    const { value } = this.source;
    const can = this.isText || /^=?\s*$/.test(value) || parseMixed(value) !== null || asText(value) !== null;
    if (this.turn) this.turn.disabled = !can;
  }

  focused() {
    lastFocused = this;
    if (this.known === null) this.look();
  }

  /** The chips were changed. */
  typed() {
    const pieces = this.editor.read();
    const only = pieces.every((piece) => piece.text) && pieces.map((piece) => piece.text).join("");
    if (only && isFormula(only)) return this.turnIntoFormula(only === "=" ? "= " : only);
    this.source.value = writeMixed(pieces);
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
    return undefined;
  }

  /** The keyboard goes on in the textarea at once; nothing is saved before somebody stops to type. */
  turnIntoFormula(value) {
    this.wantsFormula = true;
    this.gaveSpace = value === "= ";
    this.source.value = value;
    this.isText = false;
    this.source.hidden = false;
    this.source.focus();
    this.source.setSelectionRange(value.length, value.length);
    this.draw();
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The chips lose the keyboard: as a formula they do so to the textarea of the same field, and nobody has left. */
  left() {
    if (!this.isText) return;
    if (this.source.value !== this.before) this.source.dispatchEvent(new Event("change", { bubbles: true }));
    this.before = this.source.value;
  }

  /** Something else set the value: a mend, the switch, a chosen path. */
  setValue(value) {
    this.source.value = value;
    this.draw();
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
    this.source.dispatchEvent(new Event("change", { bubbles: true }));
  }

  switchMode() {
    if (this.isText) {
      const pieces = this.editor.read();
      const value = writeMixed(pieces);
      this.wantsFormula = true;
      const text = pieces.map((piece) => piece.text ?? "").join("");
      this.setValue(isFormula(value) ? value : `= ${text ? quote(text) : ""}`);
      this.source.focus();
      return;
    }
    this.wantsFormula = false;
    if (/^=\s*$/.test(this.source.value)) this.source.value = "";
    const pieces = asText(this.source.value);
    this.setValue(pieces === null ? this.source.value : pieces);
    if (this.isText) this.editor.focus();
  }

  noticed() {
    this.mark(null);
    this.allowTurn();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), WAIT_MS);
  }

  async look() {
    const value = this.source.value;
    this.known = value;
    if (!isFormula(value) || /^=\s*$/.test(value)) {
      this.say("");
      return;
    }
    const asked = { step: this.dataset.step, setting: this.dataset.setting, value };
    let told;
    try {
      told = await post(this.dataset.previewUrl, asked);
    } catch {
      if (this.known === value) this.known = null;
      return;
    }
    if (this.isConnected && this.source.value === value) this.tell(told);
  }

  tell(told) {
    if (!told.error) {
      this.say(told.note || `Reads ${told.words}`, told.note ? "note" : "");
      this.setInvalid(false);
      this.offer(told.fix);
      return;
    }
    this.say(told.error.message, "fault");
    this.setInvalid(true);
    this.mark(told.error);
    this.offer(told.error.fix);
  }

  /** A button that mends it. */
  offer(fix) {
    if (!fix) return;
    const mend = document.createElement("button");
    mend.type = "button";
    mend.className = "btn btn-sm";
    mend.textContent = fix.label;
    mend.addEventListener("click", () => {
      this.setValue(fix.value);
      (this.isText ? this.editor : this.source).focus();
    });
    this.reads.append(mend);
  }

  say(words, tone = "") {
    this.reads.className = `expression-reads${tone ? ` is-${tone}` : ""}`;
    const line = document.createElement("span");
    line.textContent = words;
    this.reads.replaceChildren(...(words ? [line] : []));
    const foot = this.querySelector(".picker .preview");
    if (foot) foot.textContent = words;
    if (!words) this.setInvalid(false);
  }

  setInvalid(is) {
    this.classList.toggle("is-invalid", is);
    for (const each of [this.source, this.editor?.element]) {
      if (is) each?.setAttribute("aria-invalid", "true");
      else if (each !== this.source || !this.hasAttribute("data-refused")) each?.removeAttribute("aria-invalid");
    }
  }

  /** Underline the place of a fault in the formula. */
  mark(error) {
    const value = this.source.value;
    if (!error || error.position === null || this.isText) {
      this.marks.replaceChildren();
      return;
    }
    const underlined = document.createElement("u");
    underlined.textContent = value.slice(error.position, error.position + error.length) || " ";
    this.marks.replaceChildren(value.slice(0, error.position), underlined, value.slice(error.position + error.length));
    this.marks.scrollLeft = this.source.scrollLeft;
  }

  pick() {
    const { step, setting, pickerUrl } = this.dataset;
    this.editor?.remember();
    openPicker({
      host: this,
      address: addressWith(pickerUrl, { step, setting }),
      reads: this.reads.textContent && !this.classList.contains("is-invalid") ? this.reads.textContent : "",
      onPick: (picked) => this.insert(picked),
      onClose: () => (this.isText ? this.editor : this.source).focus(),
    });
  }

  /** Put data in where the caret is, or was. */
  insert(picked) {
    if (this.isText) {
      this.editor.insert(picked);
      return;
    }
    const { selectionStart: start, selectionEnd: end } = this.source;
    const lead = isFormula(this.source.value) ? "" : "= ";
    this.source.setRangeText(lead + picked.path, start, end, "end");
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
    this.source.focus();
  }
}

/** A formula that only says a text, as that text; null for others. */
function asText(value) {
  const found = /^=\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*$/.exec(value);
  if (!found) return null;
  const pieces = parseMixed(`= x & ${found[1]}`);
  return pieces ? writeMixed(pieces.slice(1)) : null;
}

document.addEventListener("designer:insert", (event) => {
  const { path, words } = event.detail ?? {};
  if (path && lastFocused?.isConnected) lastFocused.insert({ path, words: words ?? path.split(".").pop() });
});
document.addEventListener("designer:select", closePicker);

customElements.define("expression-field", ExpressionField);
