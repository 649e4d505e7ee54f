// Text with data in it, as pieces: "title , version 3" is = trigger.body.title & ', version ' & trigger.body.version. Pure.

const NAME = "(?:[A-Za-z_]\\w*|`[^`]+`)";
const PATH = new RegExp(`^${NAME}(?:\\[\\d+\\])?(?:\\.${NAME}(?:\\[\\d+\\])?)*`);
const TEXT = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/;
const WORDS = new Set(["true", "false", "null", "and", "or", "in"]);

export const isFormula = (value) => value.startsWith("=") && !value.startsWith("==");

/** The pieces of a value, [{text}, {path}, …]; null for a formula that is more than texts and data joined by &. */
export function parseMixed(value) {
  if (!isFormula(value)) {
    const text = value.startsWith("==") ? value.slice(1) : value;
    return text ? [{ text }] : [];
  }
  let rest = value.slice(1).trim();
  const pieces = [];
  while (rest) {
    const text = TEXT.exec(rest);
    const path = text ? null : PATH.exec(rest);
    if (!text && (!path || WORDS.has(path[0]))) return null;
    const found = (text ?? path)[0];
    if (text) {
      const plain = unquote(found);
      if (plain === null) return null;
      pieces.push({ text: plain });
    } else {
      pieces.push({ path: found });
    }
    rest = rest.slice(found.length).trimStart();
    if (!rest) break;
    if (!rest.startsWith("&")) return null;
    rest = rest.slice(1).trimStart();
    if (!rest) return null;
  }
  return pieces.some((piece) => piece.path) ? pieces : null;
}

/** The value of pieces, as a flow file has it. */
export function writeMixed(pieces) {
  const joined = [];
  for (const piece of pieces) {
    const last = joined[joined.length - 1];
    if (piece.path) joined.push(piece);
    else if (piece.text && last && !last.path) last.text += piece.text;
    else if (piece.text) joined.push({ text: piece.text });
  }
  if (!joined.some((piece) => piece.path)) {
    const text = joined.map((piece) => piece.text).join("");
    return text.startsWith("=") ? `=${text}` : text;
  }
  return `= ${joined.map((piece) => piece.path ?? quote(piece.text)).join(" & ")}`;
}

/** A text as an expression has it. */
export function quote(text) {
  return /['\\\n\r\t]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}

function unquote(literal) {
  const inside = literal.slice(1, -1);
  if (!inside.includes("\\")) return inside;
  try {
    const asJson = literal[0] === '"' ? literal : `"${inside.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`;
    return JSON.parse(asJson);
  } catch {
    return null;
  }
}
