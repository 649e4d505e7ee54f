// The forms beside the grid: columns, tests, trying one input. They draw the table's state and report what was typed.
import { make } from "./grid.js";
import { say, titleOf } from "./model.js";

const TYPES = [
  ["text", "text"],
  ["number", "number"],
  ["date", "date"],
  ["yes_no", "yes or no"],
];

function button(words, label, onPress, isOff = false) {
  const element = make("button", words, { type: "button", class: "btn btn-sm", "aria-label": label });
  element.disabled = isOff;
  element.addEventListener("click", onPress);
  return element;
}

function labelled(words, control) {
  const label = make("label", words, { class: "table-field" });
  control.classList.add(control.tagName === "SELECT" ? "form-select" : "form-control", "label-inside");
  label.append(control);
  return label;
}

function field(words, value, onKeep) {
  const input = make("input", "", { autocomplete: "off", maxlength: "200" });
  input.value = value;
  input.addEventListener("change", () => onKeep(input));
  return labelled(words, input);
}

export function drawColumns(element, table, faults, { onChange, onMove, onRemove }) {
  element.replaceChildren();
  for (const [list, word] of [
    ["inputs", "If"],
    ["outputs", "Then"],
  ]) {
    table[list].forEach((column, at) => {
      const line = make("div", "", { class: "table-column", role: "group", "aria-label": `${word} ${titleOf(column)}` });
      const type = make("select");
      for (const [value, words] of TYPES) type.append(new Option(words, value, false, value === column.type));
      type.addEventListener("change", () => onChange(list, at, "type", type.value));
      line.append(
        make("span", word, { class: "grid-side" }),
        field("Label", column.label, (input) => onChange(list, at, "label", input.value)),
        field("Name in flows", column.name, (input) => onChange(list, at, "name", input.value.trim(), input)),
        labelled("Type", type),
        button("←", `Move ${titleOf(column)} left`, () => onMove(list, at, at - 1), at === 0),
        button("→", `Move ${titleOf(column)} right`, () => onMove(list, at, at + 1), at === table[list].length - 1),
        button("Remove", `Remove ${titleOf(column)}`, () => onRemove(list, at), table[list].length === 1),
      );
      for (const fault of faults.filter((one) => one.pointer.startsWith(`/${list}/${at}/`))) {
        line.append(make("span", fault.message, { class: "grid-fault" }));
      }
      element.append(line);
    });
  }
}

export function drawTry(element, table, kept) {
  element.replaceChildren();
  for (const column of table.inputs) {
    const input = make("input", "", { name: column.name, autocomplete: "off" });
    input.value = kept[column.name] ?? "";
    input.placeholder = { date: "2026-01-31", yes_no: "yes or no", number: "10" }[column.type] ?? "";
    input.addEventListener("input", () => {
      kept[column.name] = input.value;
    });
    element.append(labelled(titleOf(column), input));
  }
}

export function drawTests(element, table, results, { canChange, onName, onExpect, onRemove }) {
  element.replaceChildren();
  (table.tests ?? []).forEach((test, at) => {
    const result = results[at];
    const name = test.name || `Test ${at + 1}`;
    const line = make("li", "", { class: "table-test" });
    const [state, words] = result ? (result.passed ? ["completed", "✓ passes"] : ["failed", "✗ fails"]) : ["cancelled", "– not run"];
    line.append(make("span", words, { class: `state is-${state}` }), make("b", name));
    line.append(make("span", `Given ${say(test.given)}`, { class: "fine" }));
    line.append(make("span", `Expected ${say(test.expect)}`, { class: "fine" }));
    if (result && !result.passed) {
      line.append(make("span", result.message || `Came out: ${say(result.got)}`, { class: "grid-fault" }));
    }
    if (canChange) {
      if (test.expect && typeof test.expect === "object" && !Array.isArray(test.expect)) {
        for (const column of table.outputs) {
          const words = test.expect[column.name] === null || test.expect[column.name] === undefined ? "" : say(test.expect[column.name]);
          line.append(field(`Expect ${titleOf(column)}`, words, (input) => onExpect(at, column, input.value)));
        }
      }
      line.append(field("Name", test.name ?? "", (input) => onName(at, input.value)));
      line.append(button("Remove", `Remove ${name}`, () => onRemove(at)));
    }
    element.append(line);
  });
}
