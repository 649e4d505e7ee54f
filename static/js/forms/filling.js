// Brings a form sheet to life: conditions, computed values, rows, people to choose, faults before sending. The page works
// without it, and the server judges again whatever this says.
import { checkAnswer, isShown } from "./answers.js";
import { evaluate, writeDecimal } from "./language.js";
import { listRows, readRows, readSheet } from "./reading.js";
import { suggestPeople } from "../people.js";

const say = (value) => {
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "object" && "amount" in value ? `${value.amount} ${value.currency}` : String(value);
};

class Sheet {
  constructor(element) {
    this.element = element;
    this.plan = JSON.parse(element.dataset.formSheet);
    this.form = element.closest("form");
    element.addEventListener("input", (event) => this.typed(event.target));
    element.addEventListener("change", () => this.refresh());
    element.addEventListener("click", (event) => this.clicked(event));
    this.form?.addEventListener("submit", (event) => this.sending(event));
    if (this.form) this.form.noValidate = true; // what is wrong stands beside the fields, in our words
    this.refresh(true);
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  refresh(isFirst = false) {
    const { data, hidden } = checkAnswer(this.plan, readSheet(this.element, this.plan));
    let changed = 0;
    for (const [key, field] of Object.entries(this.plan.fields)) {
      const place = this.find(`[data-field="${CSS.escape(key)}"]`);
      if (!place) continue;
      if (place.hidden !== hidden.has(key)) changed += 1;
      place.hidden = hidden.has(key);
      if (field.compute) this.show(this.element, field.name, data[key]);
      if (field.columns) this.refreshRows(field, data);
    }
    this.plan.sections.forEach((keys, number) => {
      const section = this.find(`[data-section="${number}"]`);
      if (section) section.hidden = keys.length > 0 && keys.every((key) => hidden.has(key));
    });
    if (changed && !isFirst) this.find("[data-form-said]").textContent = "The fields below have changed.";
  }

  refreshRows(table, data) {
    const key = Object.keys(this.plan.fields).find((name) => this.plan.fields[name] === table);
    const settled = data[key] ?? [];
    const filled = new Map(readRows(this.element, table).map(({ row }, at) => [row, settled[at]]));
    const columns = new Set(Object.keys(table.columns));
    listRows(this.element, table.name).forEach((row, at) => {
      const values = filled.get(row) ?? {};
      row.querySelector("[data-row-number]").textContent = at + 1;
      row.querySelector("[data-remove-row]")?.setAttribute("aria-label", `Remove row ${at + 1}`);
      for (const [name, column] of Object.entries(table.columns)) {
        const scope = { data, columns, row: values };
        const cell = row.querySelector(`[data-cell="${CSS.escape(name)}"]`);
        if (cell) cell.hidden = !isShown(column, scope);
        if (column.compute) this.show(row, `${table.name}-${row.dataset.row}-${column.number}`, values[name]);
      }
    });
    const line = this.find(`[data-totals="${CSS.escape(table.name)}"]`);
    if (line) this.showTotals(line, key, table, data);
    const add = this.find(`[data-add-row="${CSS.escape(table.name)}"]`);
    if (add) add.disabled = listRows(this.element, table.name).length >= (table.limits.maxItems ?? 200);
  }

  showTotals(line, key, table, data) {
    const parts = table.totals.map((name) => {
      const total = evaluate(["call", "sum", ["name", key, name]], { data });
      const label = this.find(`[data-rows="${CSS.escape(table.name)}"] [data-cell="${CSS.escape(name)}"] label`)?.textContent ?? name;
      const isMoney = table.columns[name].type === "money";
      return total ? `${label}: ${writeDecimal(total, isMoney ? 2 : null)}` : "";
    });
    line.textContent = `Total ${parts.filter(Boolean).join(" · ")}`;
    line.hidden = !data[key]?.length;
  }

  show(root, name, value) {
    const output = root.querySelector(`[data-output="${CSS.escape(name)}"]`);
    const words = say(value);
    if (output && output.textContent !== words) output.textContent = words;
  }

  typed(control) {
    if (control.matches("[data-person]")) suggestPeople(control, this.element.dataset.people);
    this.refresh();
  }

  clicked(event) {
    const add = event.target.closest("[data-add-row]");
    const remove = event.target.closest("[data-remove-row]");
    if (add) {
      event.preventDefault();
      this.addRow(add.dataset.addRow);
    } else if (remove) this.removeRow(remove);
  }

  addRow(name) {
    const template = this.find(`template[data-row-of="${CSS.escape(name)}"]`);
    const number = 1 + Math.max(-1, ...listRows(this.element, name).map((row) => Number(row.dataset.row)));
    const row = template.content.firstElementChild.cloneNode(true);
    row.dataset.row = number;
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const { name: attribute, value } of [...element.attributes]) {
        if (value.includes("-ROW")) element.setAttribute(attribute, value.replaceAll(`${name}-ROW`, `${name}-${number}`));
      }
    }
    this.find(`[data-rows="${CSS.escape(name)}"]`).append(row);
    this.refresh();
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  removeRow(button) {
    const row = button.closest("[data-row]");
    const rows = listRows(this.element, button.dataset.removeRow);
    const neighbour = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    row.remove();
    const next = neighbour?.querySelector("[data-remove-row]") ?? this.find(`[data-add-row="${CSS.escape(button.dataset.removeRow)}"]`);
    next?.focus();
    this.refresh();
  }

  sending(event) {
    if (event.submitter?.formNoValidate) return;
    const { faults } = checkAnswer(this.plan, readSheet(this.element, this.plan));
    for (const place of this.element.querySelectorAll("[data-error]")) place.textContent = "";
    for (const control of this.element.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    if (!faults.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const controls = [...faults].map(([place, message]) => this.tell(place, message)).filter(Boolean);
    const count = faults.size === 1 ? "One field needs" : `${faults.size} fields need`;
    this.find("[data-form-said]").textContent = `Not sent. ${count} something.`;
    controls[0]?.focus();
  }

  // Puts a fault beside its control and gives the control.
  tell(place, message) {
    const [key, at, cell] = place.split("/");
    const field = this.plan.fields[key];
    const row = cell === undefined ? null : readRows(this.element, field)[Number(at)]?.row;
    const name = row ? `${field.name}-${row.dataset.row}-${field.columns[cell].number}` : field.name;
    const said = this.find(`[data-error="${CSS.escape(name)}"]`);
    if (said) said.textContent = message;
    const ends = ["", "-amount", "-name", "-0-accept"];
    const control = ends.map((end) => document.getElementById(name + end)).find((one) => one && !one.matches("fieldset"));
    control?.setAttribute("aria-invalid", "true");
    return control ?? document.getElementById(name);
  }
}

const begun = new WeakSet();

function begin(root) {
  for (const element of root.querySelectorAll("[data-form-sheet]")) {
    if (!begun.has(element)) {
      begun.add(element);
      new Sheet(element);
    }
  }
}

begin(document);
document.addEventListener("htmx:load", (event) => begin(event.detail.elt.parentElement ?? document));
