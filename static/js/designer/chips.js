// The editor of text with data in it: a contenteditable in which data stands as chips that are taken and left whole.

import { drawIcon } from "./buttons.js";

const JOINER = "\u200b"; // gives the caret a place beside a chip

export class ChipEditor {
  /** Stands in for the textarea of `field`; `typed()` is called after each change. */
  constructor(field, typed) {
    this.field = field;
    this.typed = typed;
    this.caret = null;
    const source = field.source;
    this.element = document.createElement("div");
    this.element.className = "expr form-control";
    this.element.contentEditable = "true";
    this.element.setAttribute("role", "textbox");
    this.element.setAttribute("aria-multiline", String(source.rows > 1));
    const label = source.getAttribute("aria-labelledby") ?? this.labelId(source);
    if (label) this.element.setAttribute("aria-labelledby", label);
    else this.element.setAttribute("aria-label", source.getAttribute("aria-label") ?? "Value");
    this.element.setAttribute("aria-describedby", source.getAttribute("aria-describedby") ?? "");
    if (source.required) this.element.setAttribute("aria-required", "true");
    if (source.placeholder) this.element.dataset.placeholder = source.placeholder;
    this.element.id = `${source.id}-editor`;
    source.before(this.element);
    this.listen();
  }

  labelId(source) {
    const label = source.labels?.[0];
    if (!label) return "";
    label.id ||= `${source.id}-label`;
    label.addEventListener("click", () => !this.element.hidden && this.focus());
    return label.id;
  }

  listen() {
    const element = this.element;
    element.addEventListener("input", () => this.typed());
    element.addEventListener("pointerdown", () => (this.isPointed = true));
    element.addEventListener("focus", () => {
      if (!this.isPointed) this.restore();
      this.isPointed = false;
      this.field.before = this.field.source.value;
      this.field.focused();
    });
    element.addEventListener("blur", () => {
      this.remember();
      this.field.left();
    });
    element.addEventListener("keydown", (event) => {
      if ((event.key === "Home" || event.key === "End") && !event.shiftKey) {
        event.preventDefault();
        this.toEnd(event.key === "Home");
      } else if (event.key === "{" || (event.key === "ArrowDown" && event.altKey)) {
        event.preventDefault();
        this.field.pick();
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (this.field.source.rows > 1) this.write("\n");
      }
    });
    element.addEventListener("paste", (event) => {
      event.preventDefault();
      this.write(event.clipboardData.getData("text/plain"));
    });
    element.addEventListener("dragover", (event) => {
      if (event.dataTransfer.types.includes("application/x-data-path")) event.preventDefault();
    });
    element.addEventListener("drop", (event) => {
      const dragged = event.dataTransfer.getData("application/x-data-path");
      if (!dragged) return;
      event.preventDefault();
      const at = document.caretRangeFromPoint?.(event.clientX, event.clientY);
      this.caret = at ? { node: at.startContainer, offset: at.startOffset } : null;
      this.insert(JSON.parse(dragged));
    });
  }

  /** Show these pieces; words and icons of known paths come from what was picked, else from the path. */
  fill(pieces) {
    this.caret = null;
    this.element.replaceChildren(
      ...pieces.flatMap((piece) => (piece.path ? [this.chip(piece), document.createTextNode(JOINER)] : [piece.text])),
    );
  }

  read() {
    const pieces = [];
    for (const node of this.element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) pieces.push({ text: node.data.replaceAll(JOINER, "") });
      else if (node.dataset?.path) pieces.push({ path: node.dataset.path });
      else pieces.push({ text: node.nodeName === "BR" ? "" : node.textContent.replaceAll(JOINER, "") });
    }
    return pieces.filter((piece) => piece.path || piece.text);
  }

  /** With the caret where it was, else at the end. */
  focus() {
    this.element.focus();
    this.restore();
  }

  restore() {
    if (!this.caret || !this.element.contains(this.caret.node)) {
      this.toEnd(false);
      return;
    }
    const { node, offset } = this.caret;
    getSelection().collapse(node, Math.min(offset, node.length ?? node.childNodes.length));
  }

  toEnd(isStart) {
    const selection = getSelection();
    selection.selectAllChildren(this.element);
    if (isStart) selection.collapseToStart();
    else selection.collapseToEnd();
  }

  /** Give chips the words and icons of the data they stand for. */
  decorate(known) {
    for (const chip of this.element.querySelectorAll(".pill-data")) {
      const found = known.paths.find((each) => each.path === chip.dataset.path);
      if (found && !chip.querySelector("svg")) chip.replaceChildren(...this.chip(found).childNodes);
    }
  }

  /** A range would be moved out when the field is taken out of the page for a moment. */
  remember() {
    const { anchorNode, focusNode, focusOffset } = getSelection();
    if (this.element.contains(anchorNode) && this.element.contains(focusNode)) {
      this.caret = { node: focusNode, offset: focusOffset };
    }
  }

  insert(picked) {
    this.place(this.chip(picked), document.createTextNode(JOINER));
  }

  write(text) {
    this.place(document.createTextNode(text));
  }

  place(...nodes) {
    if (document.activeElement !== this.element) this.focus();
    const selection = getSelection();
    const range = selection.getRangeAt(0);
    range.deleteContents();
    for (const node of nodes.toReversed()) range.insertNode(node);
    range.setStartAfter(nodes.at(-1));
    range.collapse(true);
    selection.removeAllRanges();
    selection.addRange(range);
    this.remember();
    this.typed();
  }

  chip({ path, words, icon }) {
    const chip = document.createElement("span");
    chip.className = "pill-data";
    chip.contentEditable = "false";
    chip.dataset.path = path;
    chip.title = path;
    if (icon) chip.append(drawIcon(icon));
    chip.append(words ?? shorten(path));
    return chip;
  }
}

/** What a chip says of a path that nobody picked: the field's own name, and the one round it where that says little. */
function shorten(path) {
  const names = path.replaceAll("`", "").split(".");
  if (path.startsWith("trigger.body.")) return names.slice(2).join(".");
  return names[0] === "steps" && names.length > 2 ? names.slice(2).join(".") : names.join(".");
}
