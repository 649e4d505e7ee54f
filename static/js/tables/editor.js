// The page of one decision table: joins model, grid and forms, and asks the server to check, keep and try. No meaning here.
import { drawColumns, drawTests, drawTry } from "./forms.js";
import { isPressed, whenReleased } from "../pressing.js";
import { Grid, make } from "./grid.js";
import * as model from "./model.js";

const root = document.querySelector("[data-table-editor]");
if (root) start(root);

function start(root) {
  const begun = JSON.parse(document.getElementById("table-start").textContent);
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const history = new model.History(begun.document);
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const typed = {};
  let { revision } = begun;
  let saved = JSON.stringify(begun.document);
  let state = { faults: begun.faults, tests: begun.tests };
  let tried = null;
  let checking = 0;
  let trying = 0;
  let reading = 0;
  let saving = null; // the save under way: the next one is made on what it leaves
  let timer = 0;
  let isOwed = false; // it is drawn anew as soon as nothing is pressed

  const grid = new Grid(part("grid"), {
    canChange: begun.can_change,
    onWrite: (row, column, text) => change(model.writeCell(history.present, row, column, text)),
    onOrder: (name) => orders[name](),
  });
  const row = () => grid.row;
  const orders = {
    insert: () => {
      const at = Math.min(row() + 1, history.present.rows.length);
      change(model.insertRow(history.present, at));
      grid.go(at, 0);
    },
    remove: () => change(model.removeRow(history.present, row())),
    up: () => move(-1),
    down: () => move(1),
    undo: () => history.undo() && changed("Undone."),
    redo: () => history.redo() && changed("Done again."),
  };

  function move(by) {
    const to = row() + by;
    if (!change(model.moveRow(history.present, row(), to))) return;
    grid.go(to, grid.column);
  }

  function change(table) {
    if (history.change(table)) {
      changed();
      return true;
    }
    redraw();
    return false;
  }

  function changed(words = "") {
    redraw();
    say(words || (isDirty() ? "Not kept yet." : ""));
    clearTimeout(timer);
    timer = setTimeout(check, 250);
  }

  /** A field is left by pressing something else: that is drawn anew when it has been pressed, not while. */
  function redraw() {
    if (!isPressed(root)) return draw();
    isOwed = true;
    whenReleased(root).then(payUp);
    return undefined;
  }

  function payUp() {
    if (isOwed) draw();
  }

  const isDirty = () => JSON.stringify(history.present) !== saved;

  function draw() {
    isOwed = false;
    const table = history.present;
    grid.draw(table);
    grid.mark(state.faults);
    drawTry(part("try-fields"), table, typed);
    drawBeside();
    part("no-tests").hidden = (table.tests ?? []).length > 0;
    drawFaults();
    if (!begun.can_change) return;
    drawColumns(part("columns"), table, state.faults, {
      onChange: (list, at, field, value, input) => {
        if (field === "name" && !model.isNameFree(history.present, list, at, value)) {
          input.value = history.present[list][at].name;
          say("Another column has this name. Choose another one.");
          return;
        }
        change(model.changeColumn(history.present, list, at, field, value));
      },
      onMove: (list, from, to) => change(model.moveColumn(history.present, list, from, to)),
      onRemove: (list, at) => change(model.removeColumn(history.present, list, at)),
    });
    part("name").value = table.name;
    part("description").value = table.description ?? "";
    part("hit").value = table.hit;
    part("otherwise").checked = Boolean(table.otherwise);
    part("otherwise").disabled = table.hit === "collect";
    part("save").disabled = !isDirty();
    part("undo").disabled = history.past.length === 0;
    part("redo").disabled = history.future.length === 0;
  }

  function drawFaults() {
    const list = part("faults");
    list.replaceChildren();
    const errors = state.faults.filter((fault) => fault.severity === "error");
    for (const fault of state.faults) {
      const place = /^\/rows\/(\d+)/.exec(fault.pointer);
      const line = make("li", "", { class: fault.severity === "error" ? "is-error" : "is-warning" });
      if (place && fault.severity === "error") {
        const link = make("button", `Row ${Number(place[1]) + 1}`, { type: "button", class: "btn-link" });
        link.addEventListener("click", () => goTo(fault.pointer));
        line.append(link, " ");
      }
      line.append(fault.message);
      list.append(line);
    }
    part("verdict").textContent = errors.length
      ? `${errors.length} ${errors.length === 1 ? "fault keeps" : "faults keep"} it from being published.`
      : state.faults.length
        ? "It can be published. Have a look at this first:"
        : "No faults, gaps or overlaps.";
  }

  function goTo(pointer) {
    const table = history.present;
    for (let line = 0; line < model.rowCount(table); line += 1) {
      for (let column = 0; column < model.columnsOf(table).length; column += 1) {
        if (model.pointerOf(table, line, column) === pointer) {
          grid.go(line, column);
          return;
        }
      }
    }
  }

  function say(words, isFault = false) {
    part("said").textContent = words;
    part("said").classList.toggle("is-error", isFault);
  }

  async function ask(name, body) {
    try {
      const answer = await fetch(begun.calls[name], {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify(body),
      });
      const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
      if (isJson) return { status: answer.status, data: await answer.json() };
      const words = answer.status === 403 ? "You may not do this any more." : "The server did not answer as expected. Load the page again.";
      return { status: answer.status, data: { message: words } };
    } catch {
      return { status: 0, data: { message: "The server cannot be reached. Nothing of yours is lost; try again." } };
    }
  }

  async function check() {
    if (!begun.can_change) return;
    checking += 1;
    const mine = checking;
    const { status, data } = await ask("check", { document: history.present });
    if (mine !== checking) return;
    if (status === 200) take(data);
    else say(data.message, true);
  }

  /** What the server says of the table; nothing that somebody writes in is drawn anew. */
  function take(data) {
    state = { faults: data.faults, tests: data.tests };
    grid.mark(state.faults);
    const hadFocus = root.querySelector("[data-part=tests]").contains(document.activeElement);
    if (!hadFocus && !part("columns")?.contains(document.activeElement)) drawBeside();
    drawFaults();
  }

  function drawBeside() {
    drawTests(part("tests"), history.present, state.tests, {
      canChange: begun.can_change,
      onName: (at, name) => change(model.changeTest(history.present, at, "name", name)),
      onExpect: (at, column, text) =>
        change(
          model.changeTest(history.present, at, "expect", {
            ...history.present.tests[at].expect,
            [column.name]: model.valueOf(column, text),
          }),
        ),
      onRemove: (at) => change(model.removeTest(history.present, at)),
    });
  }

  /** Whether the draft is kept now. Of two presses the second waits, and sends what is new. */
  async function save() {
    grid.keep();
    const mustWait = saving !== null;
    while (saving) await saving;
    if (mustWait && !isDirty()) return true;
    saving = saveNow().finally(() => (saving = null));
    return saving;
  }

  async function saveNow() {
    const sent = history.present;
    const { status, data } = await ask("draft", { revision, document: sent });
    if (status === 409) {
      part("clash-words").textContent = data.message;
      part("clash").hidden = false;
      part("clash").focus();
      part("keep-mine").onclick = () => {
        revision = data.revision;
        part("clash").hidden = true;
        save();
      };
      part("load-theirs").onclick = () => {
        revision = data.revision;
        saved = JSON.stringify(data.document);
        part("clash").hidden = true;
        change(data.document);
      };
      return false;
    }
    if (status !== 200) {
      say(data.message, true);
      return false;
    }
    revision = data.revision;
    saved = JSON.stringify(sent);
    if (history.present === sent) take(data);
    part("save").disabled = !isDirty();
    say(isDirty() ? "Not kept yet." : "Kept.");
    for (const button of document.querySelectorAll("button[name=revision]")) button.value = revision;
    return true;
  }

  async function tryOne(event) {
    event.preventDefault();
    const given = {};
    for (const column of history.present.inputs) given[column.name] = model.valueOf(column, typed[column.name] ?? "");
    const mine = ++trying;
    const { status, data } = await ask("try", { document: history.present, given });
    if (mine !== trying) return;
    const target = part("tried");
    tried = status === 200 ? { given, expect: data.code ?? data.result } : null;
    const rows = (data.rows ?? []).join(", ");
    target.textContent =
      status !== 200 || data.code
        ? data.message
        : `${model.say(data.result)} (${rows ? `row ${rows}` : "otherwise"})`;
    target.classList.toggle("is-error", status !== 200 || Boolean(data.code));
    part("keep-test").hidden = tried === null;
  }

  async function readCsv(file) {
    const mine = ++reading;
    const { status, data } = await ask("read_csv", { document: history.present, csv: await file.text() });
    if (mine !== reading) return;
    if (status !== 200) {
      document.getElementById("csv-said").textContent = data.message;
      document.getElementById("csv-apply").hidden = true;
      return;
    }
    document.getElementById("csv-said").textContent = `This would add ${data.added}, change ${data.changed} and remove ${data.removed} rows.`;
    document.getElementById("csv-apply").hidden = data.added + data.changed + data.removed === 0;
    document.getElementById("csv-apply").onclick = () => {
      document.getElementById("csv-apply").hidden = true;
      document.getElementById("csv-said").textContent = "Applied. Save to keep it, undo to take it back.";
      change(data.document);
    };
  }

  root.addEventListener("click", payUp, true); // before whoever hears the click
  part("try").addEventListener("submit", tryOne);
  if (begun.can_change) {
    for (const [name, order] of Object.entries(orders)) {
      part(name).addEventListener("click", () => {
        order();
        grid.focus();
      });
    }
    part("save").addEventListener("click", save);
    part("add-input").addEventListener("click", () => change(model.addColumn(history.present, "inputs")));
    part("add-output").addEventListener("click", () => change(model.addColumn(history.present, "outputs")));
    for (const name of ["name", "description", "hit"]) {
      part(name).addEventListener("change", (event) => change(model.setField(history.present, name, event.target.value)));
    }
    part("otherwise").addEventListener("change", (event) =>
      change(model.setOtherwise(history.present, event.target.checked)),
    );
    part("keep-test").addEventListener("click", () => {
      if (tried) change(model.addTest(history.present, tried));
      part("keep-test").hidden = true;
    });
    document.getElementById("csv-file").addEventListener("change", (event) => event.target.files[0] && readCsv(event.target.files[0]));
    document.addEventListener("submit", async (event) => {
      const press = event.submitter;
      if (press?.name !== "revision" || !isDirty()) return;
      event.preventDefault();
      event.stopPropagation();
      if (await save()) press.form.requestSubmit(press);
    }, true);
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      save();
    });
    addEventListener("beforeunload", (event) => isDirty() && event.preventDefault());
  }
  draw();
}
