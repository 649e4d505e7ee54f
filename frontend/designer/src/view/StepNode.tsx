// One step or the start: icon, name, kind, what it does, its problems, its state in a run, and its ports with their words.
import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo, useEffect, useRef, type KeyboardEvent } from "react";
import { useCanvas } from "./context";
import { entryOf, type StepElement } from "./elements";
import { Icon } from "./Icon";
import type { PortPlace } from "./ports";
import type { CanvasStep } from "./types";
import { useView } from "./viewstate";
import { count } from "./words";

export const StepNode = memo(function StepNode({ id, data, selected }: NodeProps<StepElement>) {
  const { view } = useCanvas();
  const { step, shape, label, orientation } = data;
  const hasFocus = useView(view, (state) => state.focus === id);
  const isNaming = useView(view, (state) => state.naming === id);
  const isEditable = useView(view, (state) => state.mode === "edit");
  const isTall = orientation === "tall";
  return (
    <>
      {!step.isTrigger && (
        <>
          <Handle type="target" id="in" className="cv-in" position={isTall ? Position.Top : Position.Left}
            style={isTall ? undefined : { top: entryOf(shape) }} isConnectableStart={false} isConnectable={isEditable} />
          {isEditable && <Handle type="target" id="all" className="cv-catch" position={Position.Left} isConnectableStart={false} />}
        </>
      )}
      <div id={`step-${id}`} className={classesOf(step, selected)} tabIndex={hasFocus ? 0 : -1} role="group"
        aria-roledescription="step" aria-label={label} aria-current={selected ? "true" : undefined} data-step={id}>
        <span className={step.info.group === "people" ? "cv-tile cv-tile--people" : "cv-tile"}>
          <Icon name={step.info.icon} />
        </span>
        {isNaming ? <NameField step={step} /> : <b>{step.info.title}</b>}
        <small>{step.info.kind_label}</small>
        {step.state ? <StateLine step={step} /> : <p>{step.info.text}</p>}
        {step.problems > 0 && (
          <span className={`cv-flag ${step.severity === "error" ? "is-incident" : "is-draft"}`} title={count(step.problems, "problem")}>
            <Icon name={step.severity === "error" ? "alert-triangle" : "bulb"} />
          </span>
        )}
      </div>
      {shape.ports.map((port) => (
        <Port key={port.port} step={id} port={port} isEditable={isEditable} />
      ))}
    </>
  );
});

function classesOf(step: CanvasStep, selected: boolean): string {
  const names = ["cv-node"];
  if (step.isTrigger) names.push("cv-node--start");
  if (step.isRepair) names.push("cv-node--repair");
  if (!step.info.reachable) names.push("cv-node--lost");
  if (selected) names.push("cv-node--picked");
  if (step.state) names.push("cv-node--told", `is-${step.state.state}`);
  return names.join(" ");
}

const STATE_ICONS: Record<string, string> = {
  running: "player-play",
  waiting: "clock",
  completed: "circle-check",
  succeeded: "circle-check",
  failed: "x",
  incident: "alert-triangle",
  retrying: "refresh",
  cancelled: "ban",
  skipped: "player-skip-forward",
  added: "plus",
  changed: "pencil",
  removed: "trash",
};

function StateLine({ step }: { step: CanvasStep }) {
  const { state } = step;
  if (!state) return null;
  return (
    <p className="cv-state">
      <Icon name={state.icon ?? STATE_ICONS[state.state] ?? "point"} />
      <span>{state.label}</span>
      {state.time && <span className="cv-time">{state.time}</span>}
    </p>
  );
}

function Port({ step, port, isEditable }: { step: string; port: PortPlace; isEditable: boolean }) {
  const { commands } = useCanvas();
  const isRight = port.side === "right";
  const place = isRight ? { top: port.offset } : { left: port.offset };
  if (!isEditable && !port.isLinked) {
    return <Handle type="source" id={port.port} className="cv-port cv-port--absent" position={isRight ? Position.Right : Position.Bottom} style={place} isConnectable={false} />;
  }
  // a way that leads nowhere asks, when it is clicked, what shall follow
  const extend = isEditable && !port.isLinked ? (event: { stopPropagation: () => void }) => (event.stopPropagation(), void commands.addAfter(step, port.port)) : undefined;
  const names = ["cv-port", port.isError ? "cv-port--error" : "", port.isLinked ? "" : "cv-port--open"];
  return (
    <>
      <Handle type="source" id={port.port} className={names.join(" ")} position={isRight ? Position.Right : Position.Bottom}
        style={place} isConnectable={isEditable} isConnectableEnd={false} data-port={port.port} onClick={extend} />
      {port.label && (
        <span className={`cv-word cv-word--${port.side}${extend ? " cv-word--open" : ""}${port.isError ? " cv-word--error" : ""}`} style={place} aria-hidden="true" data-word={port.port} onClick={extend}>
          {port.label}
        </span>
      )}
    </>
  );
}

/** The name, typed in place: Enter keeps it, Escape leaves it as it was. */
function NameField({ step }: { step: CanvasStep }) {
  const { view, commands } = useCanvas();
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => field.current?.select(), []);
  const finish = (keeps: boolean, stays: boolean) => {
    if (isDone.current) return;
    isDone.current = true;
    const name = field.current?.value.trim() ?? "";
    view.set({ naming: null });
    if (keeps && name && name !== step.info.title) void commands.rename(step.key, name);
    if (stays) commands.focus(step.key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Enter") finish(true, true);
    if (event.key === "Escape") finish(false, true);
  };
  return (
    <input ref={field} className="cv-name nodrag nopan" defaultValue={step.info.title} aria-label={`Name of ${step.info.title}`}
      maxLength={200} onKeyDown={onKeyDown} onBlur={() => finish(true, false)} />
  );
}
