// A button with an icon of the sprite, named for everybody.

const sprite = () => document.querySelector("svg.icon use")?.getAttribute("href").split("#")[0] ?? "";

export function iconButton(label, icon, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-bare btn-icon btn-sm";
  button.setAttribute("aria-label", label);
  button.title = label;
  button.append(drawIcon(icon));
  button.addEventListener("click", act);
  return button;
}

export function drawIcon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${sprite()}#${name}`);
  svg.append(use);
  return svg;
}
