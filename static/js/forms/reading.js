// What stands in the controls of a form sheet, as data. Follows cases/forms/typed.py; changes nothing on the page.
import { readDecimal } from "./language.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const COMMA = /^-?\d+,\d{1,4}$/;

const find = (sheet, name) => sheet.querySelector(`[name="${CSS.escape(name)}"]`);
const textOf = (sheet, name) => find(sheet, name)?.value ?? "";

function readAmount(text) {
  const plain = COMMA.test(text) ? text.replace(",", ".") : text;
  return readDecimal(plain) ? plain : text;
}

function readNumber(text) {
  if (!NUMBER.test(text) || text.length > 40) return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function readMoney(sheet, name) {
  const amount = textOf(sheet, `${name}-amount`).trim();
  return amount ? { amount: readAmount(amount), currency: textOf(sheet, `${name}-currency`) } : null;
}

function readComparison(sheet, name) {
  const chosen = { accepted: [], refused: [] };
  for (const control of sheet.querySelectorAll(`input[type=radio][name^="${CSS.escape(name)}-"]:checked`)) {
    const [answer, ...pointer] = control.value.split(" ");
    chosen[answer === "accept" ? "accepted" : "refused"].push(pointer.join(" "));
  }
  return chosen.accepted.length || chosen.refused.length ? chosen : null;
}

function readConfirmation(sheet, name) {
  const [own, secret] = [textOf(sheet, `${name}-name`).trim(), textOf(sheet, `${name}-secret`)];
  return own && secret ? { name: own, secret: "…" } : null;
}

export const listRows = (sheet, name) => [...sheet.querySelectorAll(`[data-rows="${CSS.escape(name)}"] > [data-row]`)];

// The rows that are filled in: {row (its element), data}.
export function readRows(sheet, table) {
  return listRows(sheet, table.name)
    .map((row) => {
      const data = {};
      for (const [key, column] of Object.entries(table.columns)) {
        const value = readField(row, column, `${table.name}-${row.dataset.row}-${column.number}`);
        if (value !== null) data[key] = value;
      }
      return { row, data };
    })
    .filter(({ data }) => Object.values(data).some((value) => value !== false));
}

function readTable(sheet, name, table) {
  const rows = readRows(sheet, table).map(({ data }) => data);
  return rows.length ? rows : null;
}

function readFile(sheet, name) {
  const kept = textOf(sheet, `${name}-kept`);
  return find(sheet, name)?.files?.length ? { file: "new" } : kept ? { file: kept } : null;
}

const PARTS = { money: readMoney, comparison: readComparison, confirmation: readConfirmation, table: readTable, file: readFile };

function readField(sheet, field, name) {
  if (field.compute || field.fixed || field.type === "document") return null;
  if (field.type in PARTS) return PARTS[field.type](sheet, name, field);
  const control = find(sheet, name);
  if (field.type === "tick") return Boolean(control?.checked);
  const text = control?.value ?? "";
  if (!text.trim()) return null;
  if (field.type === "number") return readNumber(text.trim());
  if (field.type === "select") {
    return field.options.find((one) => (typeof one === "string" ? one : JSON.stringify(one)) === text) ?? text;
  }
  return field.type === "text" || field.type === "textarea" ? text : text.trim();
}

export function readSheet(sheet, plan) {
  const data = {};
  for (const [key, field] of Object.entries(plan.fields)) {
    const value = readField(sheet, field, field.name);
    if (value !== null) data[key] = value;
  }
  return data;
}
