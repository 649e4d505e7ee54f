// A decision table as plain data, and what one can do to it. Knows no page. Each change gives a new table.
const copy = (value) => structuredClone(value);

export function columnsOf(table) {
  return [
    ...table.inputs.map((column) => ({ side: "when", column })),
    ...table.outputs.map((column) => ({ side: "then", column })),
    { side: "note", column: { name: "note", label: "Note", type: "text" } },
  ];
}

export const titleOf = (column) => column.label || column.name;
export const rowCount = (table) => table.rows.length + (table.otherwise ? 1 : 0);

export function pointerOf(table, row, column) {
  const { side, column: one } = columnsOf(table)[column];
  if (row >= table.rows.length) return side === "then" ? `/otherwise/${one.name}` : "";
  return side === "note" ? `/rows/${row}/note` : `/rows/${row}/${side}/${one.name}`;
}

export function isFixed(table, row, column) {
  return row >= table.rows.length && columnsOf(table)[column].side !== "then";
}

export function readCell(table, row, column) {
  const { side, column: one } = columnsOf(table)[column];
  if (row >= table.rows.length) return side === "then" ? (table.otherwise[one.name] ?? "") : "";
  if (side === "note") return table.rows[row].note ?? "";
  return table.rows[row][side][one.name] ?? (side === "when" ? "-" : "");
}

export function writeCell(table, row, column, text) {
  if (isFixed(table, row, column)) return table;
  const next = copy(table);
  const { side, column: one } = columnsOf(next)[column];
  if (row >= next.rows.length) next.otherwise[one.name] = text;
  else if (side === "note") next.rows[row].note = text;
  else next.rows[row][side][one.name] = side === "when" && !text.trim() ? "-" : text;
  return next;
}

export function insertRow(table, at) {
  const next = copy(table);
  next.rows.splice(Math.min(at, next.rows.length), 0, { when: {}, then: {} });
  return next;
}

export function removeRow(table, at) {
  const next = copy(table);
  if (at < next.rows.length) next.rows.splice(at, 1);
  else delete next.otherwise;
  return next;
}

export function moveRow(table, from, to) {
  if (from >= table.rows.length || to < 0 || to >= table.rows.length) return table;
  const next = copy(table);
  next.rows.splice(to, 0, ...next.rows.splice(from, 1));
  return next;
}

export function setOtherwise(table, isOn) {
  const next = copy(table);
  if (isOn) next.otherwise = next.otherwise ?? {};
  else delete next.otherwise;
  return next;
}

export function setField(table, name, value) {
  const next = copy(table);
  next[name] = value;
  if (name === "hit" && value === "collect") delete next.otherwise;
  return next;
}

// Columns: `list` is "inputs" or "outputs".
const names = (table) => new Set([...table.inputs, ...table.outputs].map((column) => column.name));
const sideOf = (list) => (list === "inputs" ? "when" : "then");

export function addColumn(table, list) {
  const next = copy(table);
  const word = list === "inputs" ? "input" : "output";
  let number = next[list].length + 1;
  while (names(next).has(`${word}_${number}`)) number += 1;
  next[list].push({ name: `${word}_${number}`, label: "", type: "text" });
  return next;
}

export function removeColumn(table, list, at) {
  const next = copy(table);
  const [gone] = next[list].splice(at, 1);
  for (const cells of cellsOf(next, list)) delete cells[gone.name];
  return next;
}

export function moveColumn(table, list, from, to) {
  if (to < 0 || to >= table[list].length) return table;
  const next = copy(table);
  next[list].splice(to, 0, ...next[list].splice(from, 1));
  return next;
}

export function isNameFree(table, list, at, name) {
  return name !== "" && table[list].every((column, place) => place === at || column.name !== name);
}

export function changeColumn(table, list, at, field, value) {
  const next = copy(table);
  const column = next[list][at];
  const old = column.name;
  column[field] = value;
  if (field === "name" && value !== old) {
    for (const cells of cellsOf(next, list)) {
      if (old in cells) cells[value] = cells[old];
      delete cells[old];
    }
  }
  return next;
}

function cellsOf(table, list) {
  const cells = table.rows.map((row) => row[sideOf(list)]);
  if (list === "outputs" && table.otherwise) cells.push(table.otherwise);
  for (const test of table.tests ?? []) {
    if (list === "inputs") cells.push(test.given);
    else if (test.expect && typeof test.expect === "object") cells.push(...[test.expect].flat());
  }
  return cells;
}

// Tests and trying: what is typed for a column becomes a value of its type; what is empty is no value.
export function valueOf(column, text) {
  const word = text.trim();
  if (word === "") return null;
  if (column.type === "number" && Number.isFinite(Number(word))) return Number(word);
  if (column.type === "yes_no" && /^(yes|true)$/i.test(word)) return true;
  if (column.type === "yes_no" && /^(no|false)$/i.test(word)) return false;
  return text;
}

export function say(value) {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length ? value.map(say).join("; ") : "an empty list";
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${say(one)}`)
      .join(", ");
  }
  return String(value);
}

export function addTest(table, test) {
  const next = copy(table);
  next.tests = [...(next.tests ?? []), test];
  return next;
}

export function changeTest(table, at, field, value) {
  const next = copy(table);
  next.tests[at][field] = value;
  return next;
}

export function removeTest(table, at) {
  const next = copy(table);
  next.tests.splice(at, 1);
  return next;
}

// Undo within the session.
const KEPT = 200;

export class History {
  constructor(table) {
    this.present = table;
    this.past = [];
    this.future = [];
  }

  change(table) {
    if (JSON.stringify(table) === JSON.stringify(this.present)) return false;
    this.past.push(this.present);
    if (this.past.length > KEPT) this.past.shift();
    this.present = table;
    this.future = [];
    return true;
  }

  undo() {
    if (this.past.length === 0) return false;
    this.future.push(this.present);
    this.present = this.past.pop();
    return true;
  }

  redo() {
    if (this.future.length === 0) return false;
    this.past.push(this.present);
    this.present = this.future.pop();
    return true;
  }
}
