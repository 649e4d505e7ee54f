// Keeps the numbers beside the menu's entries true: live news of tasks, incidents and alerts make it ask anew.
const address = document.body?.dataset.counts;
let isAsking = false;
let isAskedAgain = false;

async function refresh() {
  if (isAsking) {
    isAskedAgain = true;
    return;
  }
  isAsking = true;
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) show(await answer.json());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the server is away; the next news ask again
  } finally {
    isAsking = false;
    if (isAskedAgain) {
      isAskedAgain = false;
      refresh();
    }
  }
}

function show(counts) {
  for (const mark of document.querySelectorAll("[data-count]")) {
    const count = counts[mark.dataset.count] ?? "";
    if (mark.textContent !== count) mark.textContent = count;
    mark.hidden = !count;
  }
}

if (address) {
  for (const name of ["live:task", "live:incident", "live:alert", "live:any"]) document.body.addEventListener(name, refresh);
}
