// The bar that zooms, fits and tidies; the sheet of keys; the region that is read out.
import { Panel, useOnSelectionChange, useStore } from "@xyflow/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { useCanvas } from "./context";
import { isStepId } from "./elements";
import { Icon } from "./Icon";
import { KEYS } from "./keys";
import { TRIGGER } from "./types";
import { useView } from "./viewstate";

/** How many steps and notes are chosen. */
function useChosen(): number {
  const [number, setNumber] = useState(0);
  const onChange = useCallback(({ nodes }: { nodes: { type?: string }[] }) => setNumber(nodes.filter((node) => node.type !== "frame").length), []);
  useOnSelectionChange({ onChange });
  return number;
}

export function ZoomBar() {
  const { commands, view } = useCanvas();
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  const isEditable = useView(view, (state) => state.mode === "edit");
  const isWide = useView(view, (state) => state.orientation === "wide");
  const chosen = useChosen();
  return (
    <Panel position="bottom-left" className="cv-over" role="toolbar" aria-label="View of the canvas">
      <Tool icon="minus" label="Zoom out" run={() => commands.arrange.zoom(-1)} />
      <span className="cv-percent">{zoom} %</span>
      <Tool icon="plus" label="Zoom in" run={() => commands.arrange.zoom(1)} />
      <Tool icon="maximize" label="Show all" run={() => commands.arrange.fit()} />
      {isEditable && isWide && <Tool icon="wand" label="Tidy: lay the flow out anew" run={() => void commands.arrange.tidy()} />}
      {isEditable && isWide && <Tool icon="note" label="Add a note" run={() => void commands.arrange.addNote()} />}
      {isEditable && isWide && chosen > 1 && <Tool icon="layout-grid" label={`Align or spread the ${chosen} that are chosen`} run={() => void commands.arrange.askToAlign()} />}
      <Tool icon="search" label="Find a step" run={() => void commands.arrange.find()} />
      {isWide && <Tool icon="help" label="Keys of the canvas" run={() => view.set({ isHelping: true })} />}
    </Panel>
  );
}

/** What can be done to the chosen step by touch alone. */
export function TouchBar() {
  const { commands, view, session } = useCanvas();
  const focus = useView(view, (state) => state.focus);
  const isShown = useView(view, (state) => state.mode === "edit" && state.orientation === "tall");
  if (!isShown || !focus || !isStepId(focus)) return null;
  const title = session.titleOf(focus);
  return (
    <Panel position="bottom-right" className="cv-over" role="toolbar" aria-label={`Change ${title}`}>
      <Tool icon="settings" label={`Settings of ${title}`} run={() => commands.tellChoice(focus, true)} />
      <Tool icon="plus" label={`Add a step after ${title}`} run={() => void commands.addAfter(focus)} />
      {focus !== TRIGGER && <Tool icon="pencil" label={`Rename ${title}`} run={() => view.set({ naming: focus })} />}
      {focus !== TRIGGER && <Tool icon="trash" label={`Delete ${title}`} run={() => void commands.removeChosen()} />}
    </Panel>
  );
}

function Tool({ icon, label, run }: { icon: string; label: string; run: () => void }) {
  return (
    <button type="button" className="cv-tool" aria-label={label} title={label} onClick={run}>
      <Icon name={icon} />
    </button>
  );
}

const WRITTEN: Record<string, string> = {
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowDown: "↓",
  ArrowUp: "↑",
  " ": "Space",
  Delete: "Del",
  Escape: "Esc",
};

export function HelpSheet() {
  const { view } = useCanvas();
  const isOpen = useView(view, (state) => state.isHelping);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  if (!isOpen) return null;
  const isReading = view.state.mode === "read";
  const rows = KEYS.filter((key) => key.says && !(isReading && key.edits));
  const close = () => view.set({ isHelping: false });
  return (
    <dialog ref={dialog} className="cv-chooser cv-help" aria-labelledby="cv-help-title" onClose={close} onKeyDown={(event) => event.stopPropagation()}>
      <h2 id="cv-help-title">Keys of the canvas</h2>
      <dl tabIndex={0}>
        {rows.map((row) => (
          <div key={row.keys}>
            <dt>
              <kbd>{row.keys.split("+").map((part) => WRITTEN[part] ?? part).filter(Boolean).join(" + ") || "+"}</kbd>
            </dt>
            <dd>{row.says}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="btn" onClick={close}>
        Close
      </button>
    </dialog>
  );
}

export function LiveRegion() {
  const { view } = useCanvas();
  const said = useView(view, (state) => state.said);
  return (
    <div role="status" aria-live="polite" className="visually-hidden" id="canvas-said">
      {said}
    </div>
  );
}
