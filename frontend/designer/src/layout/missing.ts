// Places for the steps that have none beside those that have one. Pure.
import { TRIGGER } from "../model/steps";
import type { FlowDocument, Point } from "../model/types";
import { FALLBACK, GAP_X, GAP_Y, graphOf } from "./graph";
import type { Size, Sizes } from "./graph";

const CLEAR = 16;

/** Puts what has no place beside what leads to it, further down while something stands there. */
export function placeMissing(document: FlowDocument, kept: ReadonlyMap<string, Point>, sizes: Sizes): Map<string, Point> {
  const { order, edges } = graphOf(document);
  const places = new Map(kept);
  const sizeOf = (key: string) => sizes.get(key) ?? FALLBACK;
  const lowest = () => Math.max(...[...places].map(([key, [, y]]) => y + sizeOf(key).height));
  const leftmost = Math.min(...[...kept.values()].map(([x]) => x));
  const start = document.start === undefined ? undefined : places.get(document.start);
  const trigger = start ? ([start[0] - FALLBACK.width - GAP_X, start[1]] as Point) : ([leftmost, lowest() + GAP_Y] as Point);
  if (!places.has(TRIGGER)) places.set(TRIGGER, clear(trigger, TRIGGER, places, sizeOf));
  for (const key of order) {
    if (places.has(key)) continue;
    const before = edges.find((edge) => edge.target === key && places.has(edge.source));
    const wished = before ? beside(places.get(before.source)!, sizeOf(before.source), before.isError) : ([leftmost, lowest() + GAP_Y] as Point);
    places.set(key, clear(wished, key, places, sizeOf));
  }
  return places;
}

function beside([x, y]: Point, size: Size, isError: boolean): Point {
  return isError ? [x, y + size.height + GAP_Y] : [x + Math.max(size.width, FALLBACK.width) + GAP_X, y];
}

/** The nearest place at or below `wished` where nothing stands. */
function clear(wished: Point, key: string, places: ReadonlyMap<string, Point>, sizeOf: (key: string) => Size): Point {
  const own = sizeOf(key);
  const [x, from] = wished;
  let y = from;
  const covering = () =>
    [...places].find(([other, [left, top]]) => {
      const size = sizeOf(other);
      const beside = left + size.width + CLEAR <= x || x + own.width + CLEAR <= left;
      return !beside && top < y + own.height + CLEAR && y < top + size.height + CLEAR;
    });
  for (let found = covering(); found; found = covering()) y = found[1][1] + sizeOf(found[0]).height + GAP_Y;
  return [Math.round(x), Math.round(y)];
}
