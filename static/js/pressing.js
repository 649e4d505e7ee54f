// What is being pressed: an element drawn anew between a pointer's down and up would lose the click.
let pressed = null; // what the pointer went down on
let waiting = []; // who goes on when it is let go

function release() {
  pressed = null;
  const all = waiting;
  waiting = [];
  for (const go of all) go();
}

addEventListener("pointerdown", ({ target, button }) => (pressed = button === 0 ? target : null), true);
// the click comes right after the pointer is up, and is heard before who waits goes on
for (const name of ["pointerup", "pointercancel", "dragend", "contextmenu"]) addEventListener(name, () => setTimeout(release), true);
// a scroll bar tells nobody that it was let go: the next move does
addEventListener("pointermove", ({ buttons }) => pressed && !(buttons & 1) && release(), true);
addEventListener("blur", release); // of the window itself: the pointer may come up anywhere now

export const isPressed = (element) => pressed !== null && element.contains(pressed);

/** Resolves at once, or when what is pressed inside of the element has been let go. */
export function whenReleased(element) {
  if (!isPressed(element)) return Promise.resolve();
  return new Promise((go) => waiting.push(go));
}
