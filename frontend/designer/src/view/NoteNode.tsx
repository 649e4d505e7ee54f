// A note on paper and a frame round steps that belong together. Both are words only: they change nothing in a run.
import { NodeResizer, useStore, type NodeProps, type ReactFlowState } from "@xyflow/react";
import { memo, useEffect, useRef, type KeyboardEvent } from "react";
import { useCanvas } from "./context";
import { GROUP_PREFIX, type Element, type GroupElement, type NoteElement } from "./elements";
import { useView } from "./viewstate";

export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<NoteElement>) {
  const { view, commands } = useCanvas();
  const isWriting = useView(view, (state) => state.naming === id);
  const hasFocus = useView(view, (state) => state.focus === id);
  const isEditable = useView(view, (state) => state.mode === "edit");
  return (
    <>
      {isEditable && (
        <NodeResizer isVisible={selected} minWidth={100} minHeight={48} onResizeEnd={(_, box) => commands.resizeNote(id, box)} />
      )}
      <div id={`step-${id}`} className={selected ? "cv-note cv-note--picked" : "cv-note"} tabIndex={hasFocus ? 0 : -1} role="group"
        aria-roledescription="note" aria-label={`Note: ${data.text || "empty"}`} data-step={id}>
        {isWriting ? <NoteField id={id} text={data.text} /> : data.text || <span className="cv-faint">Double-click to write</span>}
      </div>
    </>
  );
});

function NoteField({ id, text }: { id: string; text: string }) {
  const { view, commands } = useCanvas();
  const field = useRef<HTMLTextAreaElement>(null);
  const isDone = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const finish = (keeps: boolean, stays: boolean) => {
    if (isDone.current) return;
    isDone.current = true;
    const written = field.current?.value.trim() ?? "";
    view.set({ naming: null });
    if (keeps && written !== text) commands.writeNote(id, written);
    if (stays) commands.focus(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") finish(false, true);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish(true, true);
  };
  return (
    <textarea ref={field} className="cv-paper nodrag nopan nowheel" defaultValue={text} aria-label="Text of the note" maxLength={4000}
      onKeyDown={onKeyDown} onBlur={() => finish(true, false)} />
  );
}

export const GroupNode = memo(function GroupNode({ id, data, selected }: NodeProps<GroupElement>) {
  const { view, commands } = useCanvas();
  const isNaming = useView(view, (state) => state.naming === id);
  const hasFocus = useView(view, (state) => state.focus === id);
  return (
    <div id={`step-${id}`} className={selected ? "cv-frame cv-frame--picked" : "cv-frame"} tabIndex={hasFocus ? 0 : -1} role="group"
      aria-roledescription="frame" aria-label={`Frame ${data.title || "without a title"}, ${data.steps.length} steps`} data-step={id}>
      {isNaming ? ( // else `FrameTitles` writes it
        <input className="cv-name nodrag nopan" defaultValue={data.title} aria-label="Title of the frame" maxLength={200} autoFocus
          onFocus={(event) => event.target.select()} onBlur={(event) => commands.endFrameTitle(id, event.target.value)}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Enter") commands.endFrameTitle(id, event.currentTarget.value);
            if (event.key === "Escape") commands.endFrameTitle(id, data.title);
          }} />
      ) : null}
    </div>
  );
});

const framesOf = (state: ReactFlowState): string =>
  JSON.stringify((state.nodes as Element[]).flatMap((node) => (node.type === "frame" ? [[node.id, node.position.x, node.position.y, node.width, node.data.title]] : [])));

/** The titles of frames, above the links that run through: a frame itself lies below them. */
export function FrameTitles() {
  const { view } = useCanvas();
  const naming = useView(view, (state) => (state.naming?.startsWith(GROUP_PREFIX) ? state.naming : null));
  const frames = JSON.parse(useStore(framesOf)) as [string, number, number, number, string][];
  return frames
    .filter(([id]) => id !== naming)
    .map(([id, x, y, width, title]) => (
      <span key={id} className="cv-frame-title" aria-hidden="true" style={{ transform: `translate(${x}px, ${y}px)`, maxWidth: width - 16 }}>
        {title || "Group"}
      </span>
    ));
}
