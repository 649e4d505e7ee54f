// Offers people and teams by the letters typed so far: the server looks, the browser's own list shows them.

const WAIT_MS = 150;
let timer = 0;
let latest = 0;

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("input[data-finds]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => look(field), WAIT_MS);
});

async function look(field) {
  // in a line of several names the one behind the last comma is looked for; what stands before it stays
  const before = "findsEach" in field.dataset ? (/^.*,\s*/.exec(field.value)?.[0] ?? "") : "";
  const words = field.value.slice(before.length).trim();
  if (words.startsWith("=")) return;
  const turn = (latest += 1);
  try {
    const answer = await fetch(`${field.dataset.finds}?${new URLSearchParams({ words })}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== latest || !field.isConnected) return;
    const { found } = await answer.json();
    field.list?.replaceChildren(...found.map(({ value, label, hint }) => new Option(hint && hint !== value ? `${label}, ${hint}` : label, before + value)));
  } catch {
    // away: what was typed is looked up when it is saved
  }
}
