// What the outline asks in place: which kind, which step, which way on, which port, a name, a note.
import { openChooser, openField } from "./chooser.js";

const placeOf = (row, name) => row.querySelector(`[data-place="${name}"]`);
export const slug = (text) =>
  text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").replace(/^(?=\d)/, "step_").slice(0, 60);

/** The kinds as the palette lists them. */
function kinds() {
  return [...document.querySelectorAll("#palette [data-kind]")].map((item) => ({
    value: item.dataset.kind,
    words: item.dataset.label,
    help: item.querySelector("small").textContent,
    find: item.dataset.find,
    icon: item.querySelector("use").getAttribute("href").split("#")[1],
  }));
}

export function askKind(row, onPick) {
  openChooser({ place: placeOf(row, "ways"), opener: row, label: "Which step comes next", items: kinds(), find: true, onPick });
}

function steps(rows, except) {
  return rows
    .filter((row) => row.dataset.row !== except && row.dataset.row !== "trigger")
    .map((row) => ({ value: row.dataset.row, words: row.dataset.title, icon: row.dataset.icon, find: row.dataset.row }));
}

export function askStep(row, { label, rows }, onPick) {
  const items = steps(rows).concat({ value: "trigger", words: "Start", icon: "player-play" });
  openChooser({ place: placeOf(row, "ways"), opener: row, label, items, find: true, onPick });
}

/** Where ports go on: another step, a new one, or nowhere. `before` are operations that come first. */
export function askWay(row, { ports, current, opener, before = [] }, act) {
  const source = row.dataset.row;
  const all = [...document.querySelectorAll("#outline [data-row]")];
  const items = [
    ...steps(all, source),
    { value: "*new", words: "a new step…", icon: "plus", help: "Choose what it does" },
    { value: "", words: "ends here", icon: "flag", help: "Nothing follows" },
  ];
  const onPick = (target) => {
    if (target === "*new") {
      askKind(row, (kind, item) => act({ ops: before, kind, port: ports[0], row, words: item.words }));
      return;
    }
    const ops = ports.map((port) => (target ? { op: "connect", source, port, target } : { op: "disconnect", source, port }));
    const links = JSON.parse(row.dataset.links);
    const real = ops.filter((op) => op.op === "connect" || op.port in links);
    if (before.length || real.length) act({ ops: [...before, ...real] });
  };
  openChooser({ place: placeOf(row, "ways"), opener: opener ?? row, label: "Where it goes on", items, current, find: true, onPick });
}

/** A path to add: a port that leads nowhere yet, or one to be named. */
export function askPort(row, onPick) {
  const links = JSON.parse(row.dataset.links);
  const exits = JSON.parse(row.dataset.exits);
  const items = exits
    .filter(([port]) => !(port in links))
    .map(([port, words]) => ({ value: { port, ops: [] }, words, icon: port === "error" ? "alert-triangle" : "arrow-right" }));
  const names = row.dataset.namesPorts;
  const free = names
    ? { words: (text) => `a new path “${text}”`, make: (text) => ({ port: slug(text), ops: newPort(row, names, slug(text)) }) }
    : null;
  openChooser({ place: placeOf(row, "ways"), opener: row, label: "Which path", items, find: true, free, onPick });
}

/** What makes a port of this name: nothing for free ports, else one more outcome or case in the settings. */
function newPort(row, names, port) {
  const target = `steps/${row.dataset.row}`;
  const exits = JSON.parse(row.dataset.exits).map(([name]) => name);
  if (names === "names") {
    const named = exits.filter((name) => name !== "error");
    const isUnnamed = named.length === 1 && named[0] === "done" && !("done" in JSON.parse(row.dataset.links));
    return [{ op: "set", target, path: ["with", "outcomes"], value: [...(isUnnamed ? [] : named), port] }];
  }
  if (names === "cases") {
    const count = exits.filter((name) => name !== "error" && name !== "default").length;
    return [{ op: "set", target, path: ["with", "cases", count], value: { when: "", port } }];
  }
  return [];
}

export function askName(row, { place, opener, label, value }, onPick) {
  openField({ place: place ?? placeOf(row, "says"), opener: opener ?? row, label, value, onPick });
}

export function askNote(row, text, onPick) {
  openField({ place: placeOf(row, "ways"), opener: row, label: "Note (Enter keeps it, Shift Enter starts a line)", value: text, onPick, isLong: true });
}
