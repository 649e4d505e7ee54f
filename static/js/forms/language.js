// The form language in the browser: works out the trees that the server parsed. Follows cases/forms/language line by
// line; tests/support/form_language.json holds both to one table. Knows nothing of the page.

const PLACES = 12;
const LIMIT = 10n ** 42n; // thirty digits before the point, at twelve places behind it
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

// A number: its value times 10 to the 12th, exact.
class Decimal {
  constructor(units) {
    this.units = units;
  }
}

const absolute = (units) => (units < 0n ? -units : units);

// Divides whole numbers, half away from zero.
function divideWhole(top, bottom) {
  const [over, under] = [absolute(top), absolute(bottom)];
  const whole = over / under + (2n * (over % under) >= under ? 1n : 0n);
  return top < 0n === bottom < 0n ? whole : -whole;
}

const fit = (units) => (absolute(units) >= LIMIT ? null : new Decimal(units));

export function readDecimal(text) {
  const match = text.length <= 60 ? NUMBER.exec(text) : null;
  if (!match) return null;
  const digits = BigInt(match[2] + (match[3] ?? ""));
  const shift = Number(match[4] ?? 0) - (match[3] ?? "").length + PLACES;
  const units = shift >= 0 ? digits * 10n ** BigInt(shift) : divideWhole(digits, 10n ** BigInt(-shift));
  return fit(match[1] ? -units : units);
}

function roundTo(number, places) {
  const step = 10n ** BigInt(PLACES - places);
  return new Decimal(divideWhole(number.units, step) * step);
}

export function writeDecimal(number, places = null) {
  const rounded = places === null ? number : roundTo(number, places);
  const digits = absolute(rounded.units).toString().padStart(PLACES + 1, "0");
  const [whole, behind] = [digits.slice(0, -PLACES), digits.slice(-PLACES)];
  const shown = places === null ? behind.replace(/0+$/, "") : behind.slice(0, places);
  return (rounded.units < 0n ? "-" : "") + whole + (shown ? `.${shown}` : "");
}

export const isNumber = (value) => value instanceof Decimal;
const isMapping = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !isNumber(value);

export function isTrue(value) {
  if (isNumber(value)) return value.units !== 0n;
  if (Array.isArray(value)) return value.length > 0;
  return isMapping(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function toValue(given) {
  if (typeof given === "number") return readDecimal(String(given));
  if (Array.isArray(given)) return given.map(toValue);
  return given === undefined ? null : given;
}

function toNumber(value) {
  if (isNumber(value)) return value;
  return isMapping(value) && typeof value.amount === "string" ? readDecimal(value.amount) : null;
}

const own = (mapping, key) => (Object.hasOwn(mapping, key) ? mapping[key] : null);

function member(value, part) {
  if (!isMapping(value)) return null;
  return part === "amount" ? toNumber(value) : toValue(own(value, part));
}

function findName([, first, ...parts], scope) {
  let value = toValue(own(scope.columns?.has(first) ? scope.row : scope.data, first));
  for (const part of parts) value = Array.isArray(value) ? value.map((one) => member(one, part)) : member(value, part);
  return value;
}

function isEqual(left, right) {
  if (left === null || right === null) return left === null && right === null;
  const [first, second] = [toNumber(left), toNumber(right)];
  if (first !== null || second !== null) return first !== null && second !== null && first.units === second.units;
  return typeof left === typeof right && typeof left !== "object" && left === right;
}

// By code points, as Python does; JavaScript's own order is by half characters.
function compareTexts(left, right) {
  const [first, second] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < Math.min(first.length, second.length); at += 1) {
    const difference = first[at].codePointAt(0) - second[at].codePointAt(0);
    if (difference) return difference;
  }
  return first.length - second.length;
}

const ORDERS = { "<": (d) => d < 0, "<=": (d) => d <= 0, ">": (d) => d > 0, ">=": (d) => d >= 0 };

function isOrdered(sign, left, right) {
  const [first, second] = [toNumber(left), toNumber(right)];
  if (first !== null && second !== null) return ORDERS[sign](first.units < second.units ? -1 : first.units > second.units ? 1 : 0);
  return typeof left === "string" && typeof right === "string" && ORDERS[sign](compareTexts(left, right));
}

function reckon(sign, left, right) {
  if (left === null || right === null) return null;
  if (sign === "+") return fit(left.units + right.units);
  if (sign === "-") return fit(left.units - right.units);
  const scale = 10n ** BigInt(PLACES);
  if (sign === "*") return fit(divideWhole(left.units * right.units, scale));
  return right.units === 0n ? null : fit(divideWhole(left.units * scale, right.units));
}

function binary([, sign, first, second], scope) {
  const left = evaluate(first, scope);
  if (sign === "and") return isTrue(left) && isTrue(evaluate(second, scope));
  if (sign === "or") return isTrue(left) || isTrue(evaluate(second, scope));
  const right = evaluate(second, scope);
  if (sign === "=") return isEqual(left, right);
  if (sign === "!=") return !isEqual(left, right);
  if (sign === "in") return Array.isArray(right) && right.some((one) => isEqual(left, one));
  return sign in ORDERS ? isOrdered(sign, left, right) : reckon(sign, toNumber(left), toNumber(right));
}

function numbersOf(values) {
  const flat = values.length === 1 && Array.isArray(values[0]) ? values[0] : values;
  return flat.map(toNumber).filter((one) => one !== null);
}

const best = (numbers, isBetter) =>
  numbers.length ? numbers.reduce((found, one) => (isBetter(one.units, found.units) ? one : found)) : null;

function round([given, wanted]) {
  const number = toNumber(given);
  const places = wanted === undefined ? new Decimal(0n) : toNumber(wanted);
  const scale = 10n ** BigInt(PLACES);
  if (number === null || places === null || places.units % scale || places.units < 0n) return null;
  return places.units > BigInt(PLACES) * scale ? null : roundTo(number, Number(places.units / scale));
}

const isEmpty = (value) => !isNumber(value) && !isTrue(value);

const FUNCTIONS = {
  sum: (values) => numbersOf(values).reduce((total, one) => total && fit(total.units + one.units), new Decimal(0n)),
  count: ([value]) => new Decimal(BigInt(Array.isArray(value) ? value.length : 0) * 10n ** BigInt(PLACES)),
  min: (values) => best(numbersOf(values), (one, other) => one < other),
  max: (values) => best(numbersOf(values), (one, other) => one > other),
  round,
  abs: ([value]) => {
    const number = toNumber(value);
    return number && new Decimal(absolute(number.units));
  },
  empty: ([value]) => isEmpty(value),
  filled: ([value]) => !isEmpty(value),
  contains: ([whole, part]) =>
    Array.isArray(whole)
      ? whole.some((one) => isEqual(one, part))
      : typeof whole === "string" && typeof part === "string" && whole.includes(part),
};

const SORTS = {
  num: ([, text]) => readDecimal(text),
  text: ([, text]) => text,
  bool: ([, value]) => value,
  list: ([, ...nodes], scope) => nodes.map((node) => evaluate(node, scope)),
  name: findName,
  call: ([, name, ...nodes], scope) => FUNCTIONS[name](nodes.map((node) => evaluate(node, scope))),
  neg: ([, node], scope) => {
    const number = toNumber(evaluate(node, scope));
    return number && fit(-number.units);
  },
  not: ([, node], scope) => !isTrue(evaluate(node, scope)),
  bin: binary,
};

// The value of a tree: null for what is missing or makes no sense. `scope` is {data, columns, row}.
export function evaluate(node, scope) {
  return SORTS[node[0]](node, scope);
}
