// The grid of a decision table: draws it and walks it by keyboard. What a change means is `model.js`'s.
//
// Arrows, Home, End, Tab walk; Enter, F2 or typing edits, Enter and Tab keep it, Escape does not; Delete empties a cell,
// Insert adds a row below, Shift+Delete removes the row, Alt+Up and Alt+Down move it, Ctrl+Z and Ctrl+Y undo and redo.
import { columnsOf, isFixed, pointerOf, readCell, rowCount, titleOf } from "./model.js";

const TYPES = { text: "text", number: "number", date: "date", yes_no: "yes or no" };

export class Grid {
  constructor(element, { canChange, onWrite, onOrder }) {
    this.element = element;
    this.canChange = canChange;
    this.onWrite = onWrite;
    this.onOrder = onOrder;
    this.row = 0;
    this.column = 0;
    this.faults = new Map();
    this.editor = null;
    element.addEventListener("keydown", (event) => this.press(event));
    element.addEventListener("click", (event) => this.touch(event));
    element.addEventListener("focusin", (event) => this.follow(event.target));
    element.addEventListener("dblclick", (event) => {
      if (event.target.closest("[data-cell]")) this.edit();
    });
  }

  draw(table) {
    this.table = table;
    this.editor = null;
    const hadFocus = this.element.contains(document.activeElement);
    this.clamp();
    this.element.replaceChildren(this.drawHead(), this.drawBody());
    if (hadFocus) this.focus();
  }

  mark(faults) {
    this.faults = new Map(faults.map((fault) => [fault.pointer, fault]));
    for (const cell of this.element.querySelectorAll("[data-cell]")) this.markCell(cell);
  }

  focus() {
    this.cell()?.focus();
  }

  go(row, column) {
    const old = this.cell();
    if (old) old.tabIndex = -1;
    this.row = row;
    this.column = column;
    this.clamp();
    const cell = this.cell();
    if (!cell) return;
    cell.tabIndex = 0;
    cell.focus();
  }

  cell(row = this.row, column = this.column) {
    return this.element.querySelector(`[data-cell="${row}:${column}"]`);
  }

  clamp() {
    this.row = Math.max(0, Math.min(rowCount(this.table) - 1, this.row));
    this.column = Math.max(0, Math.min(columnsOf(this.table).length - 1, this.column));
  }

  drawHead() {
    const head = document.createElement("thead");
    const line = head.insertRow();
    line.append(make("th", "#", { scope: "col", class: "grid-n" }));
    for (const { side, column } of columnsOf(this.table)) {
      const cell = make("th", "", { scope: "col", class: `grid-${side}` });
      const words = { when: "If", then: "Then", note: "" }[side];
      if (words) cell.append(make("span", words, { class: "grid-side" }));
      cell.append(make("span", titleOf(column), { class: "grid-title" }));
      if (side !== "note") cell.append(make("span", TYPES[column.type], { class: "fine" }));
      line.append(cell);
    }
    return head;
  }

  drawBody() {
    const body = document.createElement("tbody");
    const columns = columnsOf(this.table);
    for (let row = 0; row < rowCount(this.table); row += 1) {
      const line = body.insertRow();
      const isRest = row === this.table.rows.length;
      line.append(make("th", isRest ? "else" : String(row + 1), { scope: "row", class: "grid-n" }));
      for (let column = 0; column < columns.length; column += 1) {
        const cell = make("td", "", {
          "data-cell": `${row}:${column}`,
          class: `grid-${columns[column].side}`,
          tabindex: row === this.row && column === this.column ? "0" : "-1",
        });
        this.fill(cell, row, column);
        line.append(cell);
      }
    }
    return body;
  }

  fill(cell, row, column) {
    const text = readCell(this.table, row, column);
    const words = isFixed(this.table, row, column) && columnsOf(this.table)[column].side === "when" ? "otherwise" : text;
    cell.replaceChildren(make("span", words, { class: words === "-" || words === "otherwise" ? "grid-text is-any" : "grid-text" }));
    this.markCell(cell);
  }

  markCell(cell) {
    const [row, column] = cell.dataset.cell.split(":").map(Number);
    cell.querySelector(".grid-fault")?.remove();
    const fault = this.faults.get(pointerOf(this.table, row, column));
    cell.classList.toggle("is-faulty", Boolean(fault));
    if (fault) cell.append(make("span", fault.message, { class: "grid-fault" }));
  }

  edit(first) {
    if (!this.canChange || this.editor || isFixed(this.table, this.row, this.column)) return;
    const cell = this.cell();
    if (!cell) return;
    const { side, column } = columnsOf(this.table)[this.column];
    const input = make("input", "", {
      class: "form-control grid-input",
      "aria-label": `${titleOf(column)}, ${this.row === this.table.rows.length ? "otherwise" : `row ${this.row + 1}`}`,
      autocomplete: "off",
      maxlength: side === "note" ? "2000" : "500",
    });
    const old = readCell(this.table, this.row, this.column);
    input.value = first ?? (old === "-" && side === "when" ? "" : old);
    cell.replaceChildren(input);
    this.editor = input;
    input.focus();
    if (first === undefined) input.select();
    input.addEventListener("blur", () => this.keep());
  }

  keep() {
    const input = this.editor;
    if (!input) return;
    this.editor = null;
    const [row, column] = input.closest("[data-cell]").dataset.cell.split(":").map(Number);
    this.onWrite(row, column, input.value);
  }

  leave() {
    this.editor = null;
    this.fill(this.cell(), this.row, this.column);
    this.focus();
  }

  follow(target) {
    if (this.editor || !target.dataset.cell) return;
    const old = this.cell();
    if (old) old.tabIndex = -1;
    [this.row, this.column] = target.dataset.cell.split(":").map(Number);
    target.tabIndex = 0;
  }

  touch(event) {
    const cell = event.target.closest("[data-cell]");
    if (!cell || cell.contains(this.editor)) return;
    const [row, column] = cell.dataset.cell.split(":").map(Number);
    const isAgain = row === this.row && column === this.column && event.pointerType === "touch";
    this.go(row, column);
    if (isAgain) this.edit();
  }

  press(event) {
    const done = this.editor ? this.pressEditing(event) : this.pressWalking(event);
    if (done) event.preventDefault();
    if (done || !(event.ctrlKey || event.metaKey)) event.stopPropagation(); // single keys of the page mean nothing here
  }

  pressEditing(event) {
    if (event.isComposing) return false;
    if (event.key === "Escape") {
      this.leave();
      return true;
    }
    if (event.key !== "Enter" && event.key !== "Tab") return false;
    const { row, column } = this;
    this.keep();
    if (event.key === "Enter") this.go(row + (event.shiftKey ? -1 : 1), column);
    else this.step(event.shiftKey ? -1 : 1);
    return true;
  }

  step(by) {
    const width = columnsOf(this.table).length;
    const place = this.row * width + this.column + by;
    if (place < 0 || place >= width * rowCount(this.table)) {
      this.focus();
      return false;
    }
    this.go(Math.floor(place / width), place % width);
    return true;
  }

  pressWalking(event) {
    const isControl = event.ctrlKey || event.metaKey;
    if (event.altKey) return this.order({ ArrowUp: "up", ArrowDown: "down" }[event.key]);
    if (isControl && event.key.toLowerCase() === "z") return this.order(event.shiftKey ? "redo" : "undo");
    if (isControl && event.key.toLowerCase() === "y") return this.order("redo");
    const width = columnsOf(this.table).length;
    const ways = {
      ArrowUp: [this.row - 1, this.column],
      ArrowDown: [this.row + 1, this.column],
      ArrowLeft: [this.row, this.column - 1],
      ArrowRight: [this.row, this.column + 1],
      Home: [isControl ? 0 : this.row, 0],
      End: [isControl ? rowCount(this.table) - 1 : this.row, width - 1],
      PageUp: [this.row - 10, this.column],
      PageDown: [this.row + 10, this.column],
    };
    if (event.key in ways) {
      this.go(...ways[event.key]);
      return true;
    }
    if (!this.canChange || isControl) return false;
    if (event.key === "Insert") return this.order("insert");
    if (event.key === "Delete" && event.shiftKey) return this.order("remove");
    if (event.key === "Enter" || event.key === "F2") {
      this.edit();
      return true;
    }
    if (event.key === "Delete" || event.key === "Backspace") {
      this.onWrite(this.row, this.column, "");
      return true;
    }
    if (event.key.length !== 1) return false;
    this.edit(event.key);
    return true;
  }

  order(name) {
    if (!name || !this.canChange) return false;
    this.onOrder(name);
    return true;
  }
}

export function make(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}
