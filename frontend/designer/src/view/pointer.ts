// What the pointer does: choose, drag, connect, reconnect, drop from the palette. Hands it to the commands.
import type { Connection, FinalConnectionState, OnConnectStartParams } from "@xyflow/react";
import type { DragEvent, FocusEvent, MouseEvent as ReactMouseEvent } from "react";
import type { Point } from "../model/types";
import { firstFreePort } from "./commands";
import type { CanvasContext } from "./context";
import { isStepId, type Element, type LinkElement } from "./elements";
import { isForAllErrors } from "./flow";
import { chooseKind } from "./questions";
import { TRIGGER } from "./types";

export const KIND_TYPE = "application/x-integrator-kind";

export class Pointer {
  private dragged: string | null = null;
  private frame: { id: string; x: number; y: number; starts: Map<string, Point> } | null = null;
  private from: { source: string; port: string } | null = null;
  private wasConnected = false;
  private isReconnecting = false;

  constructor(private readonly canvas: CanvasContext) {
    document.addEventListener("dragstart", (event) => {
      const item = event.target instanceof Element_ ? event.target.closest<HTMLElement>("[data-kind]") : null;
      this.dragged = item?.dataset.kind ?? null;
      if (this.dragged) event.dataTransfer?.setData(KIND_TYPE, this.dragged);
    });
    document.addEventListener("dragend", () => (this.dragged = null));
  }

  private get commands() {
    return this.canvas.commands;
  }

  private place(event: { clientX: number; clientY: number }): { x: number; y: number } {
    return this.commands.flow?.screenToFlowPosition({ x: event.clientX, y: event.clientY }) ?? { x: 0, y: 0 };
  }

  takeFocus(event: FocusEvent): void {
    const key = (event.target as HTMLElement).dataset?.step;
    if (key) this.canvas.view.set({ focus: key });
  }

  // ---- choosing -------------------------------------------------------------------------------------------------

  click = (event: ReactMouseEvent, node: Element): void => {
    this.canvas.view.set({ focus: node.id, tools: null });
    if (this.canvas.view.state.naming === node.id) return;
    this.commands.focus(node.id);
    if (!event.shiftKey && !event.ctrlKey && !event.metaKey) this.commands.tellChoice(node.id, this.canvas.view.state.orientation === "tall");
  };

  doubleClick = (_: ReactMouseEvent, node: Element): void => {
    if (this.canvas.view.state.mode === "edit" && node.id !== TRIGGER) this.canvas.view.set({ naming: node.id });
  };

  clickPane = (): void => {
    this.canvas.view.set({ tools: null });
    this.commands.tellChoice(null);
  };

  // ---- moving ---------------------------------------------------------------------------------------------------

  dragStart = (_: unknown, node: Element): void => {
    this.frame = null;
    if (node.type !== "frame") return;
    const starts = new Map<string, Point>();
    for (const key of node.data.steps) {
      const member = this.commands.flow?.getNode(key);
      if (member) starts.set(key, [member.position.x, member.position.y]);
    }
    this.frame = { id: node.id, x: node.position.x, y: node.position.y, starts };
  };

  drag = (_: unknown, node: Element): void => {
    const { frame } = this;
    if (!frame || frame.id !== node.id) return;
    const [dx, dy] = [node.position.x - frame.x, node.position.y - frame.y];
    this.commands.flow?.setNodes((nodes) =>
      nodes.map((each) => {
        const start = frame.starts.get(each.id);
        return start ? { ...each, position: { x: start[0] + dx, y: start[1] + dy } } : each;
      }),
    );
  };

  dragStop = (_: unknown, node: Element, nodes: Element[]): void => {
    this.frame = null;
    void this.commands.arrange.place(nodes.length > 0 ? nodes : [node]);
  };

  selectionDragStop = (_: unknown, nodes: Element[]): void => {
    void this.commands.arrange.place(nodes);
  };

  // ---- connecting -----------------------------------------------------------------------------------------------

  connectStart = (_: unknown, start: OnConnectStartParams): void => {
    this.wasConnected = false;
    this.from = start.nodeId ? { source: start.nodeId, port: start.handleId ?? "next" } : null;
    this.canvas.view.set({ connecting: this.from, tools: null });
    this.commands.root.classList.add("is-connecting");
  };

  connect = (link: Connection): void => {
    this.wasConnected = true;
    void this.commands.connect(link.source, link.sourceHandle ?? "next", link.target);
  };

  /** Dropped on a step that may not be: the reason. Dropped on nothing: what shall stand there? */
  connectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    this.canvas.view.set({ connecting: null });
    this.commands.root.classList.remove("is-connecting");
    const { from } = this;
    this.from = null;
    if (this.isReconnecting) return; // `reconnectEnd` follows
    if (this.wasConnected || !from || state.isValid) return;
    const target = state.toNode?.id ?? this.stepBelow(event);
    if (target) {
      if (target === from.source && !state.toHandle) return;
      const why = this.commands.whyNotConnect(from.source, from.port, target);
      if (why) this.commands.refuse(why, "edit.link");
      else void this.commands.connect(from.source, from.port, target);
      return;
    }
    void this.addAt(from, this.place(pointOf(event)));
  };

  reconnectStart = (): void => {
    this.isReconnecting = true;
  };

  reconnect = (link: LinkElement, to: Connection): void => {
    this.wasConnected = true;
    if (to.target !== link.target) void this.commands.connect(link.source, link.data?.port ?? "next", to.target);
  };

  /** The end of a link was dropped where nothing is: the link is removed. */
  reconnectEnd = (event: MouseEvent | TouchEvent, link: LinkElement, _: unknown, state: FinalConnectionState): void => {
    this.isReconnecting = false;
    const target = state.toNode?.id ?? this.stepBelow(event);
    if (this.wasConnected || state.isValid) return;
    const port = link.data?.port ?? "next";
    if (!target) void this.commands.disconnect(link.source, port);
    else if (target !== link.target) void this.commands.connect(link.source, port, target);
  };

  private stepBelow(event: MouseEvent | TouchEvent): string | null {
    const { x, y } = pointOf(event);
    const below = document.elementFromPoint(x, y)?.closest<HTMLElement>(".react-flow__node");
    return below?.dataset.id && isStepId(below.dataset.id) ? below.dataset.id : null;
  }

  private async addAt(from: { source: string; port: string }, { x, y }: { x: number; y: number }): Promise<void> {
    const { session, view } = this.canvas;
    if (isForAllErrors(from.source, from.port)) return this.commands.focus(from.source);
    const kind = await chooseKind(view, session.kinds, `Add after ${session.titleOf(from.source)}`);
    if (!kind) return this.commands.focus(from.source);
    await this.commands.add(kind, { after: { step: from.source, port: from.port }, at: [Math.round(x), Math.round(y - 46)] });
  }

  // ---- links ----------------------------------------------------------------------------------------------------

  clickLink = (event: ReactMouseEvent, link: LinkElement): void => this.showTools(event, link);
  enterLink = (event: ReactMouseEvent, link: LinkElement): void => {
    if (!this.from && event.buttons === 0) this.showTools(event, link);
  };
  leaveLink = (): void => this.commands.dropTools();
  hideTools = (): void => this.canvas.view.set({ tools: null });

  /** The buttons stand on the link beside the pointer, and keep clear of its ends, where it can be taken and led elsewhere. */
  private showTools(event: ReactMouseEvent, link: LinkElement): void {
    if (this.canvas.view.state.mode === "read") return;
    const target = event.target instanceof Element_ ? event.target : null;
    const path = target?.closest(".react-flow__edge")?.querySelector<SVGPathElement>(".react-flow__edge-path");
    const at = path ? placeOnPath(path, this.place(event)) : null;
    if (!at) return;
    this.commands.holdTools();
    this.canvas.view.set({ tools: { source: link.source, port: link.data?.port ?? "next", target: link.target, ...at } });
  }

  // ---- from the palette -----------------------------------------------------------------------------------------

  dragOver(event: DragEvent): void {
    if (!this.dragged || this.canvas.view.state.mode === "read") return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }

  drop(event: DragEvent): void {
    const kind = this.dragged ?? event.dataTransfer.getData(KIND_TYPE);
    if (!kind || this.canvas.view.state.mode === "read") return;
    event.preventDefault();
    this.dragged = null;
    const { x, y } = this.place(event);
    const at: Point = [Math.round((x - 100) / 10) * 10, Math.round((y - 46) / 10) * 10];
    const target = event.target instanceof Element_ ? event.target : null;
    const link = target?.closest<HTMLElement>(".react-flow__edge")?.dataset.id;
    const step = target?.closest<HTMLElement>(".react-flow__node")?.dataset.id;
    const found = link ? this.commands.flow?.getEdge(link) : undefined;
    if (found && !isForAllErrors(found.source, found.data?.port ?? "next")) return void this.commands.add(kind, { after: { step: found.source, port: found.data?.port ?? "next" }, at });
    const onto = step && isStepId(step) ? this.canvas.session.step(step) : undefined;
    if (onto) return void this.commands.add(kind, { after: { step: onto.key, port: firstFreePort(onto) } });
    const isFirst = Object.keys(this.canvas.session.scene.document.steps).length === 0;
    void this.commands.add(kind, isFirst ? { after: { step: TRIGGER, port: "next" } } : { at });
  }
}

const CLEAR_PX = 34;
const SAMPLES = 40;

/** The point of the path nearest to this one, off its ends; its middle where it is short; null right at the end. */
function placeOnPath(path: SVGPathElement, near: { x: number; y: number }): { x: number; y: number } | null {
  const length = path.getTotalLength();
  let best = { along: length / 2, away: Infinity };
  for (let step = 0; step <= SAMPLES; step += 1) {
    const along = (length * step) / SAMPLES;
    const point = path.getPointAtLength(along);
    const away = Math.hypot(point.x - near.x, point.y - near.y);
    if (away < best.away) best = { along, away };
  }
  if (best.along > length - CLEAR_PX / 2 && length > 2 * CLEAR_PX) return null;
  const along = length < 2 * CLEAR_PX ? length / 2 : Math.min(Math.max(best.along, CLEAR_PX), length - CLEAR_PX);
  const { x, y } = path.getPointAtLength(along);
  return { x, y };
}

const Element_ = window.Element; // the name is taken by what is drawn

function pointOf(event: MouseEvent | TouchEvent): { clientX: number; clientY: number; x: number; y: number } {
  const touch = "changedTouches" in event ? event.changedTouches[0] : event;
  const [x, y] = [touch?.clientX ?? 0, touch?.clientY ?? 0];
  return { clientX: x, clientY: y, x, y };
}
