// Suggests people while a name is typed: in inputs with a <datalist> of their own and the address that searches.

export async function suggestPeople(control, searchAddress) {
  const asked = control.value.trim();
  control.dataset.asked = asked;
  if (asked.length < 2 || !control.list) return;
  const address = new URL(searchAddress, location.href);
  address.searchParams.set("q", asked);
  if (control.dataset.team) address.searchParams.set("team", control.dataset.team);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok || control.dataset.asked !== asked) return;
  const options = (await answer.json()).people.map(({ username, name, teams }) => {
    const option = document.createElement("option");
    option.value = username;
    option.textContent = teams ? `${name} · ${teams}` : name;
    return option;
  });
  control.list.replaceChildren(...options);
}

document.addEventListener("input", ({ target }) => {
  if (target.matches?.("input[data-find-people]")) suggestPeople(target, target.dataset.findPeople);
});
