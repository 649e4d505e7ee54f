// Keeps what is drawn in step with the scene, and changes only what changed.
import type { CanvasContext } from "./context";
import { keepSame, makeLinks, makeNodes, type Element, type LinkElement } from "./elements";
import { nameStep } from "./words";

export class Sync {
  private readonly signatures = new Map<string, string>();
  private linkTexts = new Map<string, string>();
  private seen: unknown[] = [];

  constructor(private readonly canvas: CanvasContext) {}

  /** The nodes and links of the scene as it is. */
  make(before: readonly Element[] = []): { nodes: Element[]; edges: LinkElement[] } {
    const { session, view } = this.canvas;
    const { document, steps, places } = session.scene;
    const { orientation, mode } = view.state;
    const titles = new Map(steps.map((step) => [step.key, step.info.title]));
    const nameOf = (step: (typeof steps)[number]) => nameStep(step, (key) => titles.get(key) ?? key);
    const isEditable = mode === "edit";
    const nodes = makeNodes({ document, steps, places, orientation, isEditable, nameOf });
    const column = orientation === "tall" ? columnOf(nodes) : null;
    return { nodes: keepSame(before, nodes, this.signatures), edges: makeLinks(steps, session.takenLinks, isEditable, column) };
  }

  /** After the first drawing: where the keyboard begins. */
  start(): void {
    const { view, session } = this.canvas;
    if (!view.state.focus) view.set({ focus: session.scene.navigator.first() });
  }

  /** The scene has changed. */
  follow(): void {
    const { commands, view, session } = this.canvas;
    const { flow } = commands;
    if (!flow) return;
    const { nodes, edges } = this.make(flow.getNodes());
    flow.setNodes(nodes);
    const old = new Map(flow.getEdges().map((edge) => [edge.id, edge]));
    flow.setEdges(edges.map((edge) => this.sameLink(edge, old.get(edge.id))));
    const ids = new Set(nodes.map((node) => node.id));
    const { focus } = view.state;
    if (focus && !ids.has(focus)) view.set({ focus: session.scene.navigator.first() });
  }

  /** Mode, orientation or overlay may have changed: draw anew. */
  followView(): void {
    const { orientation, mode } = this.canvas.view.state;
    if (this.seen[0] === orientation && this.seen[1] === mode) return;
    const isFirst = this.seen.length === 0;
    this.seen = [orientation, mode];
    if (!isFirst) this.follow();
  }

  private sameLink(edge: LinkElement, old: LinkElement | undefined): LinkElement {
    const text = JSON.stringify([edge.target, edge.className, edge.reconnectable, edge.data]);
    const isSame = old && this.linkTexts.get(edge.id) === text;
    this.linkTexts.set(edge.id, text);
    if (isSame) return old;
    return old?.selected ? { ...edge, selected: true } : edge;
  }
}

/** The sides of the one column that steps stand in on a narrow screen. */
function columnOf(nodes: readonly Element[]): { left: number; right: number } {
  const left = Math.min(0, ...nodes.map((node) => node.position.x));
  const right = Math.max(0, ...nodes.map((node) => node.position.x + (node.width ?? 0)));
  return { left, right };
}
