// Paints states on the rows: what a try-out or run did, or what differs from another version.
export function drawOverlay(sheet, { name, steps = {} }) {
  for (const row of sheet.querySelectorAll("[data-row]")) {
    row.querySelector(".row-state")?.remove();
    delete row.dataset.state;
    const found = name ? steps[row.dataset.row] : null;
    if (!found) continue;
    row.dataset.state = found.state;
    const line = document.createElement("span");
    line.className = `state row-state is-${found.state}`;
    line.textContent = [found.label, found.time].filter(Boolean).join(" · ");
    row.querySelector(".margin").prepend(line);
  }
}
