// The fields of an object as rows: <object-mapper> round a textarea that holds the object as JSON. What rows mean, and
// which value they stand for, the server says; a value that is no object with known fields is left as it is.
import { post } from "./asking.js";
import { iconButton } from "./buttons.js";
import { isFormula } from "./mixed.js";
import { leave, stay } from "./staying.js";

const CONVERSIONS = [
  ["none", "as it is"],
  ["text", "as text"],
  ["number", "as a number"],
  ["flag", "as yes or no"],
  ["date", "as a date"],
  ["list", "as a list"],
];
const MISSING = [
  ["error", "the step fails"],
  ["leave_out", "leave it out"],
  ["default", "take instead:"],
];
const WAIT_MS = 400;
let numbers = 0;

class ObjectMapper extends HTMLElement {
  connectedCallback() {
    if (this.isArmed) return;
    this.source = this.querySelector("textarea");
    if (!this.source || this.source.disabled || stay(this, this.source)) return;
    this.isArmed = true;
    this.body = make("div", "mapper-body");
    this.note = make("p", "mapper-note");
    this.note.setAttribute("role", "status");
    this.asJson = button("As JSON", () => this.toggleJson());
    this.asJson.setAttribute("aria-pressed", "false");
    for (const name of ["input", "change"]) this.body.addEventListener(name, (event) => event.stopPropagation());
    const bar = make("div", "mapper-bar");
    this.adds = make("div", "mapper-adds");
    bar.append(this.adds, this.asJson);
    this.source.before(this.body);
    this.source.after(bar, this.note);
    for (const name of ["input", "change"]) bar.addEventListener(name, (event) => event.stopPropagation());
    this.addEventListener("focusout", (event) => !this.contains(event.relatedTarget) && this.settle());
    this.source.addEventListener("change", () => this.isJson && this.read());
    this.read();
  }

  disconnectedCallback() {
    if (this.isArmed) leave(this, this.source);
  }

  get value() {
    const text = this.source.value.trim();
    return text ? JSON.parse(text) : null;
  }

  /** Ask for the rows of the value as it stands. */
  async read() {
    let value;
    try {
      value = this.value;
    } catch {
      this.say("This is no JSON yet. Correct it, or go back to what was there.", true);
      return;
    }
    const told = await this.ask({ value });
    if (told) this.draw(told);
  }

  async ask(data) {
    try {
      return await post(this.dataset.rowsUrl, { step: this.dataset.step, setting: this.dataset.setting, ...data });
    } catch {
      this.say("The server does not answer, so only the JSON can be changed. Try again in a moment.", true);
      this.showJson(true);
      return null;
    }
  }

  draw(told) {
    const active = document.activeElement;
    const had = this.contains(active);
    this.targets = told.targets ?? [];
    this.canMap = told.rows !== null;
    this.showJson(this.isJson || (!this.canMap && typeof told.value !== "string"));
    this.body.replaceChildren();
    this.adds.replaceChildren();
    if (!this.canMap && typeof told.value === "string") this.drawWhole(told.value);
    else if (this.canMap) this.drawRows(told.rows);
    this.tell(told.preview);
    // whoever was in the JSON, or in a field that is gone, goes on at the first field, or where one is added
    if (!had || (active.isConnected && !active.closest("[hidden]"))) return;
    (this.querySelector(".mapper-body :is(input, textarea, [contenteditable=true]), .mapper-adds button") ?? this.asJson).focus();
  }

  drawWhole(value) {
    const whole = this.field("The whole of it", value, () => this.put(this.textOf(whole)));
    const clear = button("Set the fields one by one instead", () => this.put(null).then(() => this.read()));
    this.body.append(whole, clear);
  }

  drawRows(rows) {
    this.list = make("div", "mapper-rows");
    this.list.append(...rows.map((row) => this.row(row)));
    const add = button("Add a field", () => {
      const row = this.row({ name: "", value: "" });
      this.list.append(row);
      row.querySelector("input").focus();
    });
    const group = button("Add a group of fields", () => {
      const row = this.row({ name: "", rows: [{ name: "", value: "" }] });
      this.list.append(row);
      row.querySelector("input").focus();
    });
    this.adds.append(add, group);
    this.proposals = make("div", "mapper-proposals");
    this.body.append(this.list, this.proposals);
    this.propose();
  }

  /** Offer the expected fields that are not there yet. */
  propose() {
    const there = new Set([...this.list.children].map((row) => row.querySelector("input").value));
    const open = this.targets.filter((target) => !there.has(target.name));
    this.proposals.replaceChildren(
      ...open.map((target) => {
        const words = [target.type, target.required ? "needed" : ""].filter(Boolean).join(", ");
        const offer = button(`+ ${target.name}${words ? ` (${words})` : ""}`, () => {
          const row = this.row({ name: target.name, value: "" });
          this.list.append(row);
          row.querySelector("[contenteditable], textarea")?.focus();
          this.changed();
        });
        if (target.help) offer.title = target.help;
        return offer;
      }),
    );
  }

  row(data) {
    const row = make("div", "mapper-row");
    const place = `${this.source.id}-${(numbers += 1)}`;
    row.setAttribute("role", "group");
    row.kept = data;
    const name = make("input", "form-control mapper-name");
    name.id = `${place}-name`;
    name.value = data.name;
    name.placeholder = "Field";
    name.setAttribute("aria-label", "Name of the field");
    name.autocomplete = "off";
    name.spellcheck = false;
    const label = () => row.setAttribute("aria-label", name.value || "New field");
    name.addEventListener("input", () => {
      label();
      this.changed();
    });
    label();
    const remove = iconButton("Remove this field", "x", () => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector("input") ?? this.asJson).focus();
      this.changed();
    });
    const tools = make("div", "mapper-tools");
    // by keys the value comes right behind its name, wherever the buttons stand
    if (data.rows) {
      row.append(name, tools, this.nested(data.rows));
    } else {
      const [value, how] = this.parts(place, data);
      row.append(name, value, tools, how);
      tools.append(this.opener(place, how));
    }
    tools.append(remove);
    return row;
  }

  /** The button that shows how a value is handed over; what differs from the usual is shown from the start. */
  opener(place, how) {
    how.id = `${place}-more`;
    how.hidden = [...how.querySelectorAll("select")].every((each) => each.selectedIndex === 0);
    const open = iconButton("How it is handed over, and when it is missing", "adjustments", () => {
      how.hidden = !how.hidden;
      open.setAttribute("aria-expanded", String(!how.hidden));
    });
    open.setAttribute("aria-expanded", String(!how.hidden));
    open.setAttribute("aria-controls", how.id);
    return open;
  }

  nested(rows) {
    const inside = make("div", "mapper-rows mapper-rows--inside");
    inside.append(...rows.map((row) => this.row(row)));
    const box = make("div", "mapper-group");
    const add = button("Add a field in it", () => {
      const row = this.row({ name: "", value: "" });
      inside.append(row);
      row.querySelector("input").focus();
    });
    box.append(inside, add);
    return box;
  }

  parts(place, data) {
    const value = this.field("Value", showValue(data.value), () => this.changed());
    const conversion = select("How it is handed over", CONVERSIONS, data.conversion ?? "none");
    const missing = select("When it is missing", MISSING, data.missing ?? "error");
    const instead = make("input", "form-control mapper-default");
    conversion.id = `${place}-how`;
    missing.id = `${place}-missing`;
    instead.id = `${place}-instead`;
    instead.setAttribute("aria-label", "What to take instead");
    instead.value = showValue(data.default);
    const settle = () => {
      const isData = isFormula(this.textOf(value));
      missing.hidden = !isData;
      instead.hidden = !isData || missing.value !== "default";
    };
    value.addEventListener("input", settle);
    for (const each of [conversion, missing, instead]) {
      each.addEventListener("change", (event) => {
        event.stopPropagation();
        settle();
        this.changed();
      });
    }
    settle();
    const how = make("div", "mapper-how");
    how.append(conversion, missing, instead);
    return [value, how];
  }

  /** An expression field of our own, with the same data as this one. */
  field(label, value, changed) {
    const field = document.createElement("expression-field");
    field.className = "expression";
    Object.assign(field.dataset, {
      step: this.dataset.step,
      setting: `${this.dataset.setting}.`,
      previewUrl: this.dataset.previewUrl,
      completionsUrl: this.dataset.completionsUrl,
      pickerUrl: this.dataset.pickerUrl,
    });
    const area = make("textarea", "form-control expression-source");
    area.rows = 1;
    area.id = `${this.source.id}-${(numbers += 1)}`;
    area.value = value;
    area.setAttribute("aria-label", label);
    const reads = make("div", "expression-reads");
    reads.id = `${area.id}-reads`;
    reads.setAttribute("role", "status");
    area.setAttribute("aria-describedby", reads.id);
    field.append(area, reads);
    field.addEventListener("input", (event) => {
      event.stopPropagation();
      changed();
    });
    field.addEventListener("change", (event) => event.stopPropagation());
    return field;
  }

  textOf(field) {
    return field.querySelector("textarea").value;
  }

  collect(list) {
    return [...list.children].map((row) => {
      const name = row.querySelector(":scope > input").value.trim();
      const inside = row.querySelector(":scope > .mapper-group > .mapper-rows");
      if (inside) return { name, rows: this.collect(inside) };
      const [conversion, missing] = row.querySelectorAll(":scope > .mapper-how > select");
      const typed = this.textOf(row.querySelector(":scope > expression-field"));
      const instead = row.querySelector(":scope > .mapper-how > .mapper-default").value;
      return {
        name,
        value: typed === showValue(row.kept.value) ? row.kept.value : typed,
        conversion: conversion.value,
        missing: isFormula(typed) ? missing.value : "error",
        default: instead === showValue(row.kept.default) ? row.kept.default : readPlain(instead),
      };
    });
  }

  changed() {
    this.toggleAttribute("data-typing", true); // until it is handed over
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), WAIT_MS);
  }

  /** Hands over what was typed, at once; resolves when it stands in the source. Of several under way the last one counts. */
  async settle() {
    if (this.timer) this.write();
    await this.writing;
  }

  write() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.writing = this.writeNow().finally(() => this.toggleAttribute("data-typing", Boolean(this.timer)));
    return this.writing;
  }

  async writeNow() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const rows = this.collect(this.list).filter((row) => row.name || row.rows || row.value);
    const told = await this.ask({ rows });
    if (!told || turn !== this.turn) return;
    if (told.error) {
      this.say(told.error.message, true);
      return;
    }
    this.targets = told.targets;
    this.propose();
    this.tell(told.preview);
    await this.put(told.value);
  }

  async put(value) {
    const isEmpty = value === null || (typeof value === "object" && !Array.isArray(value) && !Object.keys(value).length);
    this.source.value = isEmpty ? "" : JSON.stringify(value, null, 2);
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
    this.source.dispatchEvent(new Event("change", { bubbles: true }));
  }

  tell(preview) {
    if (!preview) return;
    if (preview.error) this.say(preview.error.message, true);
    else this.say(preview.note || (preview.words && preview.words !== "nothing" ? `Reads ${preview.words}` : ""), false);
  }

  say(words, isFault) {
    this.note.textContent = words;
    this.note.classList.toggle("is-fault", isFault);
    if (isFault) this.source.setAttribute("aria-invalid", "true");
    else this.source.removeAttribute("aria-invalid");
  }

  showJson(is) {
    this.isJson = is;
    this.source.hidden = !is;
    this.body.hidden = is;
    this.adds.hidden = is;
    this.asJson.setAttribute("aria-pressed", String(is));
    this.asJson.textContent = is ? "As fields" : "As JSON";
    this.asJson.disabled = is && this.canMap === false;
  }

  async toggleJson() {
    if (!this.isJson) {
      await this.settle();
      this.showJson(true);
      this.source.focus();
      return;
    }
    this.isJson = false;
    await this.read();
  }
}

function showValue(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What somebody typed as a fixed value: numbers, true, false and null as such, the rest as text. */
function readPlain(text) {
  return /^(-?\d+(\.\d+)?|true|false|null)$/.test(text.trim()) ? JSON.parse(text) : text;
}

function make(tag, classes) {
  const element = document.createElement(tag);
  element.className = classes;
  return element;
}

function button(words, act) {
  const element = make("button", "btn btn-sm");
  element.type = "button";
  element.textContent = words;
  element.addEventListener("click", act);
  return element;
}

function select(label, choices, chosen) {
  const element = make("select", "form-select");
  element.setAttribute("aria-label", label);
  element.append(...choices.map(([value, words]) => new Option(words, value, value === chosen, value === chosen)));
  return element;
}

customElements.define("object-mapper", ObjectMapper);
