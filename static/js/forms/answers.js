// An answer to a form in the browser: what is hidden, what is computed, what is missing. Follows cases/forms/answering.py,
// and is never stricter: the server has the last word. Works on plain data and the plan that the page carries, never on it.
import { evaluate, isNumber, isTrue, readDecimal, writeDecimal } from "./language.js";
import { checkLimits } from "./limits.js";

const MONEY_PLACES = 2;
const isMapping = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export const isShown = (field, scope) => field.conditions.every((condition) => isTrue(evaluate(condition, scope)));

function toNumber(value) {
  if (isNumber(value)) return value;
  return isMapping(value) && typeof value.amount === "string" ? readDecimal(value.amount) : null;
}

// A computed value as plain JSON of the field's type, null where it has none.
function toStored(field, value) {
  if (field.type === "tick") return isTrue(value);
  const number = toNumber(value);
  if (field.type === "money") {
    const currency = (!isNumber(value) && isMapping(value) && value.currency) || field.currency;
    return number && { amount: writeDecimal(number, MONEY_PLACES), currency };
  }
  if (field.type === "number") return number && Number(writeDecimal(number));
  if (isNumber(value)) return writeDecimal(value);
  return typeof value === "string" ? value : null;
}

function put(container, key, stored) {
  if (stored === null) delete container[key];
  else container[key] = stored;
}

function settleRow(table, row, data) {
  if (!isMapping(row)) return row;
  const settled = { ...row };
  const columns = new Set(Object.keys(table.columns));
  for (const key of table.order) {
    const column = table.columns[key];
    const scope = { data, columns, row: settled };
    if (!isShown(column, scope)) delete settled[key];
    else if (column.compute) put(settled, key, toStored(column, evaluate(column.compute, scope)));
  }
  return settled;
}

// What conditions hide is dropped, what is computed is worked out: {data, hidden}.
export function settle(plan, data) {
  const kept = { ...data };
  const hidden = new Set();
  for (const key of plan.order) {
    const field = plan.fields[key];
    if (field.fixed && field.type !== "document") put(kept, key, field.value ?? null);
    if (!isShown(field, { data: kept })) {
      hidden.add(key);
      delete kept[key];
    } else if (field.compute) put(kept, key, toStored(field, evaluate(field.compute, { data: kept })));
    else if (field.columns && Array.isArray(kept[key])) kept[key] = kept[key].map((row) => settleRow(field, row, kept));
  }
  return { data: kept, hidden };
}

function checkValue(field, value) {
  if (value === undefined || value === null) {
    return field.required && !field.compute && !field.fixed ? "This is needed." : "";
  }
  return field.compute || field.fixed ? "" : checkLimits(field, value);
}

function checkRows(key, table, rows, data, found) {
  const { minItems, maxItems } = table.limits;
  if (minItems !== undefined && rows.length < minItems) found.set(key, `Fill in ${minItems} rows at least.`);
  if (maxItems !== undefined && rows.length > maxItems) found.set(key, `There may be ${maxItems} rows at most.`);
  const columns = new Set(Object.keys(table.columns));
  rows.forEach((row, number) => {
    for (const [name, column] of Object.entries(table.columns)) {
      if (!isMapping(row) || !isShown(column, { data, columns, row })) continue;
      const message = checkValue(column, row[name]);
      if (message) found.set(`${key}/${number}/${name}`, message);
    }
  });
}

// What is wrong, by place (a field's key, or lines/0/amount), after settling: {data, hidden, faults}.
export function checkAnswer(plan, data) {
  const { data: kept, hidden } = settle(plan, data);
  const faults = new Map();
  for (const [key, field] of Object.entries(plan.fields)) {
    if (hidden.has(key) || field.type === "document") continue;
    const message = checkValue(field, kept[key]);
    if (message && !(field.type === "comparison" && !field.changes?.length)) faults.set(key, message);
    if (field.columns && !field.fixed && Array.isArray(kept[key])) checkRows(key, field, kept[key], kept, faults);
  }
  return { data: kept, hidden, faults };
}
