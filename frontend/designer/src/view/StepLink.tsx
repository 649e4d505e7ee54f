// A link between two steps, and the line while one is being drawn, with the reason where it may not end.
import { BaseEdge, getSmoothStepPath, Position, useReactFlow, type ConnectionLineComponentProps, type EdgeProps } from "@xyflow/react";
import { wayOf } from "./ways";
import { memo, useEffect } from "react";
import { useCanvas } from "./context";
import { isForAllErrors } from "./flow";
import { isStepId, type Element, type LinkElement } from "./elements";
import { Icon } from "./Icon";
import { useView } from "./viewstate";

export const StepLink = memo(function StepLink(props: EdgeProps<LinkElement>) {
  return <BaseEdge path={wayOf(props, props.data)} markerEnd={props.markerEnd} interactionWidth={props.interactionWidth} />;
});

/** The heads of the links' arrows. */
export function Tips() {
  return (
    <svg className="cv-tips" aria-hidden="true">
      <defs>
        {["", "error", "taken"].map((sort) => (
          <marker key={sort} id={sort ? `cv-tip-${sort}` : "cv-tip"} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"
            markerUnits="userSpaceOnUse" orient="auto-start-reverse">
            <path className={sort ? `cv-tip--${sort}` : undefined} d="M0 0 L8 4 L0 8 z" />
          </marker>
        ))}
      </defs>
    </svg>
  );
}

/** Two buttons on the link under the pointer, or on the chosen one: put a step in between, remove. */
export function LinkButtons() {
  const { view, commands, session } = useCanvas();
  const tools = useView(view, (state) => state.tools);
  useEffect(() => session.subscribe(() => view.set({ tools: null })), [session, view]);
  if (!tools) return null;
  const from = session.titleOf(tools.source);
  const to = session.titleOf(tools.target);
  return (
    <div className="cv-tools nopan nodrag" style={{ transform: `translate(${tools.x}px, ${tools.y}px) translate(-50%, -50%)` }}
      onMouseEnter={() => commands.holdTools()} onMouseLeave={() => commands.dropTools()}>
      {!isForAllErrors(tools.source, tools.port) && (
        <button type="button" className="cv-adder" aria-label={`Add a step between ${from} and ${to}`}
          onClick={() => void commands.addAfter(tools.source, tools.port)}>
          <Icon name="plus" />
        </button>
      )}
      <button type="button" className="cv-adder cv-adder--off" aria-label={`Remove the link from ${from} to ${to}`}
        onClick={() => void commands.disconnect(tools.source, tools.port)}>
        <Icon name="x" />
      </button>
    </div>
  );
}

/** The line that follows the pointer. Red and dashed with a sentence where it may not end. */
export function DrawnLink(props: ConnectionLineComponentProps<Element>) {
  const { session, commands } = useCanvas();
  const flow = useReactFlow();
  const { fromX, fromY, fromPosition, toX, toY, fromNode, fromHandle } = props;
  const below = nodeAt(toX, toY, flow.getNodes() as Element[]);
  const target = props.toNode?.id ?? below;
  const why = target ? commands.whyNotConnect(fromNode.id, fromHandle.id ?? "next", target) : null;
  const [path] = getSmoothStepPath({
    sourceX: fromX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: props.toPosition ?? Position.Left,
    borderRadius: 8,
  });
  const title = target ? session.titleOf(target) : "";
  return (
    <g className={why ? "cv-drawn cv-drawn--no" : target ? "cv-drawn cv-drawn--yes" : "cv-drawn"}>
      <path d={path} />
      {target && (
        <foreignObject x={toX + 14} y={toY + 10} width={260} height={120}>
          <div className={why ? "cv-why cv-why--no" : "cv-why"}>{why ?? `Leads to ${title}`}</div>
        </foreignObject>
      )}
    </g>
  );
}

function nodeAt(x: number, y: number, nodes: readonly Element[]): string | null {
  const found = nodes.find((node) => {
    const { position, width = 0, height = 0 } = node;
    return isStepId(node.id) && x >= position.x && x <= position.x + width && y >= position.y && y <= position.y + height;
  });
  return found?.id ?? null;
}
