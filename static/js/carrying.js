// <a data-carries="name base_url">: takes along what was typed in these fields of the page's forms, never a secret.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-carries]");
  if (!link) return;
  const address = new URL(link.href);
  for (const name of link.dataset.carries.split(" ")) {
    const field = document.querySelector(`main form [name="${CSS.escape(name)}"]:not([type="password"])`);
    if (field?.value) address.searchParams.set(name, field.value);
  }
  link.href = address;
});
