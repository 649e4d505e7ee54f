// The drawer beside a list: takes the focus when it comes by htmx, gives it back to what opened it when it is closed.
let opener = null;

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target?.id === "drawer" && !detail.target.contains(detail.elt)) opener = detail.elt;
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const drawer = document.getElementById("drawer");
  if (!opener || !drawer || detail.target?.id !== "drawer") return;
  if (drawer.childElementCount === 0) {
    if (opener.isConnected) opener.focus();
    opener = null;
    return;
  }
  for (const row of document.querySelectorAll(".row-item")) {
    row.classList.toggle("is-open", row.contains(opener));
  }
  drawer.setAttribute("tabindex", "-1");
  drawer.focus({ preventScroll: window.matchMedia("(min-width: 1280px)").matches });
});

document.addEventListener("keydown", (event) => {
  const drawer = document.getElementById("drawer");
  if (event.key !== "Escape" || !opener || !drawer?.contains(document.activeElement)) return;
  opener.focus();
});
