// Documents shown in place: the frame is made when its fold opens for the first time, so a list of ten is not ten readings.
document.addEventListener(
  "toggle",
  (event) => {
    const fold = event.target;
    if (!fold.matches?.("details[data-embed]") || !fold.open || fold.querySelector("iframe")) return;
    const frame = document.createElement("iframe");
    Object.assign(frame, { className: "preview-frame", title: fold.dataset.embedTitle, src: fold.dataset.embed });
    fold.append(frame);
  },
  true,
);
