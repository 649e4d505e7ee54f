// A layout without ELK, quick enough for the first paint: columns along the links, branches below each other, long flows
// folded into bands. Pure and the same each time.
import { TRIGGER } from "../model/steps";
import type { FlowDocument, Point } from "../model/types";
import { FALLBACK, GAP_X, GAP_Y, graphOf } from "./graph";
import type { Graph, Size, Sizes } from "./graph";
import { placeMissing } from "./missing";

const BAND_GAP = 40;
const WIDE_FOR_HIGH = 1.6;
const FEWEST_COLUMNS = 4;

interface Cell {
  column: number;
  lane: number;
}

/** Left to right; longer flows go on in a further band. Whole pixels, the trigger at the left of the first. */
export function layered(document: FlowDocument, sizes: Sizes): Map<string, Point> {
  const graph = graphOf(document);
  const cells = cellsOf(graph);
  const led = graph.order.filter((key) => !graph.loose.has(key));
  return placeMissing(document, placeCells(led, cells, sizes), sizes);
}

/** One column from top to bottom, in reading order, each step in its middle. */
export function stacked(document: FlowDocument, sizes: Sizes): Map<string, Point> {
  const { order } = graphOf(document);
  const sizeOf = (key: string) => sizes.get(key) ?? FALLBACK;
  const widest = Math.max(0, ...order.map((key) => sizeOf(key).width));
  const places = new Map<string, Point>();
  let y = 0;
  for (const key of order) {
    const { width, height } = sizeOf(key);
    places.set(key, [Math.round((widest - width) / 2), y]);
    y += height + GAP_Y;
  }
  return places;
}

function cellsOf(graph: Graph): Map<string, Cell> {
  const columns = columnsOf(graph);
  const main = graph.order.filter((key) => !graph.repair.has(key) && !graph.loose.has(key));
  const cells = new Map<string, Cell>();
  fillLanes(graph, main, columns, cells, 0);
  const below = Math.max(...[...cells.values()].map((cell) => cell.lane)) + 1;
  fillLanes(graph, graph.order.filter((key) => graph.repair.has(key)), columns, cells, below);
  return cells;
}

/** The longest way to each step; what an error port leads to stands below its step. */
function columnsOf(graph: Graph): Map<string, number> {
  const columns = new Map<string, number>(graph.order.map((key) => [key, key === TRIGGER ? 0 : 1]));
  const bySource = new Map<string, { target: string; by: number }[]>();
  for (const edge of graph.edges) {
    if (edge.isBack) continue;
    const by = edge.isError && graph.repair.has(edge.target) ? 0 : 1;
    bySource.set(edge.source, [...(bySource.get(edge.source) ?? []), { target: edge.target, by }]);
  }
  for (const key of graph.order) {
    for (const { target, by } of bySource.get(key) ?? []) {
      columns.set(target, Math.max(columns.get(target)!, columns.get(key)! + by));
    }
  }
  return columns;
}

/** Each step goes on in the lane of the first that leads to it, or in the next free one below. */
function fillLanes(graph: Graph, keys: readonly string[], columns: ReadonlyMap<string, number>, cells: Map<string, Cell>, top: number): void {
  const taken = new Set([...cells.values()].map((cell) => `${cell.column} ${cell.lane}`));
  const from = new Map<string, string>();
  for (const edge of graph.edges) if (!edge.isBack && !from.has(edge.target)) from.set(edge.target, edge.source);
  for (const key of keys) {
    const column = columns.get(key)!;
    const before = cells.get(from.get(key) ?? "");
    let lane = Math.max(top, before?.lane ?? top);
    while (taken.has(`${column} ${lane}`)) lane += 1;
    taken.add(`${column} ${lane}`);
    cells.set(key, { column, lane });
  }
}

/** How many columns stand side by side before the next band begins: about 16 to 9 in all. */
export function columnsPerBand(count: number, pitch: Size): number {
  const best = Math.round(Math.sqrt(count * WIDE_FOR_HIGH * (pitch.height / pitch.width)));
  const most = Math.max(FEWEST_COLUMNS, best);
  return Math.ceil(count / Math.max(1, Math.ceil(count / most)));
}

function placeCells(order: readonly string[], cells: ReadonlyMap<string, Cell>, sizes: Sizes): Map<string, Point> {
  const sizeOf = (key: string) => sizes.get(key) ?? FALLBACK;
  const width = Math.max(FALLBACK.width, ...order.map((key) => sizeOf(key).width));
  const count = Math.max(0, ...[...cells.values()].map((cell) => cell.column + 1));
  const perBand = columnsPerBand(count, { width: width + GAP_X, height: FALLBACK.height + GAP_Y });
  const tops = topsOf(order, cells, sizeOf, perBand);
  const places = new Map<string, Point>();
  for (const key of order) {
    const { column, lane } = cells.get(key)!;
    const band = Math.floor(column / perBand);
    places.set(key, [(column % perBand) * (width + GAP_X), tops.get(`${band} ${lane}`)!]);
  }
  return places;
}

/** Where each lane of each band begins; lanes are as high as their highest step. */
function topsOf(
  order: readonly string[],
  cells: ReadonlyMap<string, Cell>,
  sizeOf: (key: string) => Size,
  perBand: number,
): Map<string, number> {
  const heights = new Map<string, { band: number; lane: number; height: number }>();
  for (const key of order) {
    const { column, lane } = cells.get(key)!;
    const band = Math.floor(column / perBand);
    const name = `${band} ${lane}`;
    heights.set(name, { band, lane, height: Math.max(heights.get(name)?.height ?? 0, sizeOf(key).height) });
  }
  const lanes = [...heights.entries()].sort(([, one], [, other]) => one.band - other.band || one.lane - other.lane);
  const tops = new Map<string, number>();
  let y = 0;
  let last = 0;
  for (const [name, { band, height }] of lanes) {
    if (band !== last) y += BAND_GAP;
    last = band;
    tops.set(name, y);
    y += height + GAP_Y;
  }
  return tops;
}
