// <a data-carries="name base_url">: takes along what was typed in these fields of the page's forms, never a secret. What
// is empty now is taken back. An address with "@", "?" or "#" may hold a password or a key, so it stays behind.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-carries]");
  if (!link) return;
  const address = new URL(link.href);
  for (const name of link.dataset.carries.split(" ")) {
    const field = document.querySelector(`main form [name="${CSS.escape(name)}"]:not([type="password"])`);
    if (!field) continue;
    const mayHoldSecret = name.endsWith("url") && /[@?#]/.test(field.value);
    if (field.value && !mayHoldSecret) address.searchParams.set(name, field.value);
    else address.searchParams.delete(name);
  }
  link.href = address;
});
