// Whether one value keeps to its field's limits: "", or what to do about it. Follows the JSON Schema that the server checks
// (integrator/lib/schema), by one table of values for both (tests/support/form_values.json), and is never stricter.

const isMapping = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const AMOUNT = /^-?[0-9]{1,15}([.][0-9]{1,4})?$/;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const EMAIL = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`);
const URI = /^([A-Za-z][A-Za-z0-9+.-]*):((?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)$/;

function isDate(text) {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (!year) return false;
  const made = new Date(0);
  made.setUTCFullYear(year, month - 1, day);
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

function isEmail(text) {
  const at = text.lastIndexOf("@");
  return at <= 64 && text.length - at - 1 <= 253 && EMAIL.test(text);
}

function isUri(text) {
  const [, scheme, rest] = URI.exec(text) ?? [];
  if (scheme === undefined) return false;
  return /^https?$/i.test(scheme) ? /^\/\/([^/?#]*@)?[^/?#@:]/.test(rest) : rest !== "";
}

const FORMATS = {
  date: [isDate, "Write a date, such as 2026-05-01."],
  email: [isEmail, "Write an e-mail address, such as ana@example.com."],
  uri: [isUri, "Write an address, such as https://example.com/."],
};

// A number's digits as a whole number, and how many of them stand behind the point.
function readDigits(number) {
  const [, sign, whole, part = "", exponent = "0"] = NUMBER.exec(String(number));
  return { digits: BigInt(sign + whole + part), places: part.length - Number(exponent) };
}

function isMultiple(value, step) {
  const [first, second] = [readDigits(value), readDigits(step)];
  const places = Math.max(first.places, second.places);
  const widen = ({ digits, places: own }) => digits * 10n ** BigInt(places - own);
  return second.digits === 0n || widen(first) % widen(second) === 0n;
}

function matches(pattern, text) {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true; // written for the server's patterns: it has the last word
  }
}

function checkNumber(field, value) {
  if (typeof value !== "number") return "Write a number, such as 12.5.";
  if (field.whole && !Number.isInteger(value)) return "Write a whole number.";
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = field.limits;
  if (minimum !== undefined && value < minimum) return `This must be ${minimum} at least.`;
  if (maximum !== undefined && value > maximum) return `This must be ${maximum} at most.`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `This must be more than ${exclusiveMinimum}.`;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return `This must be less than ${exclusiveMaximum}.`;
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) return `This must be a multiple of ${multipleOf}.`;
  return "";
}

function checkText(field, value) {
  if (typeof value !== "string") return "";
  const length = Array.from(value).length;
  const { minLength, maxLength, pattern, format } = field.limits;
  if (minLength !== undefined && length < minLength) return `Write ${minLength} characters at least.`;
  if (maxLength !== undefined && length > maxLength) return `Write ${maxLength} characters at most; this has ${length}.`;
  const [isRight, words] = FORMATS[format] ?? [];
  if (isRight && !isRight(value)) return words;
  return pattern === undefined || matches(pattern, value) ? "" : "This is not written as it has to be.";
}

function checkMoney(field, value) {
  const amount = isMapping(value) && typeof value.amount === "string" ? value.amount : "";
  if (!AMOUNT.test(amount)) return "Write an amount, such as 1250.00.";
  return field.currencies.includes(value.currency) ? "" : "Choose one of the currencies.";
}

function checkChoice(field, value) {
  if (typeof value === "object") return "";
  return field.options.includes(value) ? "" : "Choose one of the list.";
}

function checkTick(field, value) {
  const wanted = field.limits.const;
  return wanted === undefined || value === wanted ? "" : wanted ? "Tick this to go on." : "This cannot be ticked.";
}

function checkComparison(field, value) {
  const answered = (value?.accepted?.length ?? 0) + (value?.refused?.length ?? 0);
  const open = (field.changes?.length ?? 0) - answered;
  return open > 0 && (field.required || answered) ? "Accept or refuse each change." : "";
}

const CHECKS = {
  number: checkNumber,
  text: checkText,
  textarea: checkText,
  date: checkText,
  email: checkText,
  person: checkText,
  lookup: checkText,
  money: checkMoney,
  select: checkChoice,
  tick: checkTick,
  comparison: checkComparison,
};

export const checkLimits = (field, value) => CHECKS[field.type]?.(field, value) ?? "";
