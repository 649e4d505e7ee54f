// "Tidy": places by ELK, which works in a worker of its own that is loaded when it is asked for the first time.
import ELK from "elkjs/lib/elk-api.js";
import type { ElkExtendedEdge, ElkNode, ElkPort, ELK as Engine } from "elkjs/lib/elk-api.js";
import { TRIGGER } from "../model/steps";
import type { FlowDocument, Point } from "../model/types";
import { FALLBACK, graphOf } from "./graph";
import type { Edge, Graph, Sizes } from "./graph";
import { layered } from "./layered";
import { placeMissing } from "./missing";

const GRID = 20;
const OPTIONS: Record<string, string> = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.aspectRatio": "2.2",
  "elk.spacing.nodeNode": "60",
  "elk.layered.spacing.nodeNodeBetweenLayers": "100",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.nodePlacement.favorStraightEdges": "true",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
};
// A flow that is little more than one line is folded into rows; ELK keeps rows apart without crossing them.
const FOLDING: Record<string, string> = { "elk.layered.wrapping.strategy": "MULTI_EDGE", "elk.layered.wrapping.additionalEdgeSpacing": "30" };
const FOLDED_FROM = 5;

export type WorkerSource = string | (() => Worker);

const engines = new Map<WorkerSource, Engine>();

/** New places for the trigger and every step; the layered layout where ELK cannot be loaded or finds none. */
export async function tidySteps(document: FlowDocument, sizes: Sizes, worker: WorkerSource | undefined): Promise<Map<string, Point>> {
  if (worker === undefined || !Object.keys(document.steps).length) return layered(document, sizes);
  try {
    const engine = engines.get(worker) ?? new ELK({ workerFactory: () => (typeof worker === "string" ? new Worker(worker) : worker()) });
    engines.set(worker, engine);
    const found = read(await engine.layout(elkGraph(graphOf(document), sizes)));
    return onGrid(placeMissing(document, found, sizes));
  } catch {
    engines.delete(worker); // loading it may succeed the next time; for now the simple layout does
    return layered(document, sizes);
  }
}

function elkGraph(graph: Graph, sizes: Sizes): ElkNode {
  const keys = graph.order.filter((key) => !graph.loose.has(key));
  const children = keys.map((key) => elkNode(key, graph, sizes));
  const edges = graph.edges.filter((edge) => !graph.loose.has(edge.source));
  const isLine = keys.length >= FOLDED_FROM && edges.length - keys.length <= keys.length / 4;
  return { id: "flow", layoutOptions: isLine ? { ...OPTIONS, ...FOLDING } : OPTIONS, children, edges: edges.map(elkEdge) };
}

function elkNode(key: string, graph: Graph, sizes: Sizes): ElkNode {
  const { width, height } = sizes.get(key) ?? FALLBACK;
  const leaving = graph.edges.filter((edge) => edge.source === key).map((edge): [string, ElkPort] => {
    return [portId(edge), { id: portId(edge), layoutOptions: { "elk.port.side": edge.isError ? "SOUTH" : "EAST" } }];
  });
  const ports = new Map(leaving).values();
  const entry = { id: `${key}<`, layoutOptions: { "elk.port.side": "WEST" } };
  const first: Record<string, string> = key === TRIGGER ? { "elk.layered.layering.layerConstraint": "FIRST" } : {};
  return { id: key, width, height, ports: [entry, ...ports], layoutOptions: { "elk.portConstraints": "FIXED_SIDE", ...first } };
}

/** Exits that lead to one step count as one, so that it stands straight behind. */
const portId = (edge: Edge): string => `${edge.source}>${edge.isError ? "!" : ""}${edge.target}`;

function elkEdge(edge: Edge): ElkExtendedEdge {
  const priority = edge.isError ? "1" : "10";
  return {
    id: `${portId(edge)}>${edge.port}`,
    sources: [portId(edge)],
    targets: [`${edge.target}<`],
    layoutOptions: { "elk.layered.priority.straightness": priority, "elk.layered.priority.direction": priority },
  };
}

/** From the corner. */
function read(result: ElkNode): Map<string, Point> {
  const nodes = result.children ?? [];
  const [left, top] = [Math.min(...nodes.map((node) => node.x ?? 0)), Math.min(...nodes.map((node) => node.y ?? 0))];
  return new Map(nodes.map((node) => [node.id, [(node.x ?? 0) - left, (node.y ?? 0) - top]]));
}

function onGrid(places: ReadonlyMap<string, Point>): Map<string, Point> {
  const snap = (value: number) => Math.round(value / GRID) * GRID;
  return new Map([...places].map(([key, [x, y]]) => [key, [snap(x), snap(y)]]));
}
