// What rows of the outline have in common and the page holds once: lists of options, titles of settings, the tools of the row one is at.
let read = { node: null, data: null };

function shared() {
  const node = document.getElementById("outline-shared");
  if (node !== read.node) read = { node, data: JSON.parse(node.textContent) };
  return read.data;
}

/** The options of a choice: `{value, words, help}` each. */
export const optionsOf = (choice) => shared().options[choice.dataset.options] ?? [];

function makeMore(row, name, title) {
  const choice = document.createElement("a");
  choice.className = "choice choice--more";
  choice.id = `choice-${row.dataset.row}-${name}`;
  choice.href = `#${choice.id}`;
  choice.textContent = title;
  Object.assign(choice.dataset, { opens: "field", setting: name });
  for (const [attribute, value] of [["role", "button"], ["aria-haspopup", "true"], ["aria-expanded", "false"]]) choice.setAttribute(attribute, value);
  choice.setAttribute("aria-label", `${title}, not said yet`);
  return choice;
}

function addMore(row) {
  const body = row.querySelector(":scope > .row-body");
  if (!row.dataset.also || body.querySelector(":scope > .row-more")) return;
  const titles = shared().settings[row.dataset.kind] ?? {};
  const more = document.createElement("p");
  more.className = "row-more";
  more.append(...row.dataset.also.split(" ").map((name) => makeMore(row, name, titles[name] ?? name)));
  body.querySelector(':scope > [data-place="says"]').after(more);
}

function addTools(row) {
  const margin = row.querySelector(":scope > .margin");
  if (margin.querySelector(":scope > .row-tools")) return;
  const tools = document.getElementById("outline-tools").content.firstElementChild.cloneNode(true);
  tools.setAttribute("aria-label", `What can be done with ${row.dataset.title}`);
  if (row.dataset.row === "trigger") for (const one of tools.querySelectorAll("[data-of-steps]")) one.remove();
  margin.append(tools);
}

/** Gives the row that one is at what only it shows: the settings still unsaid, and its tools. */
export function furnish(row) {
  addMore(row);
  addTools(row);
}
