// Strips that scroll sideways on a phone, tabs and filters: what is chosen in them is brought into sight.
for (const strip of document.querySelectorAll(".tabs, .chips")) {
  const chosen = strip.querySelector(":scope > [aria-current], :scope > .fold > .chip--on");
  if (!chosen || strip.scrollWidth <= strip.clientWidth) continue;
  const [outer, inner] = [strip.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.right > outer.right) strip.scrollLeft += inner.right - outer.right + 16;
}
