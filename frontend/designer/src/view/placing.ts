// Keys and places for what is added: a key nobody has, a place where nothing stands. Pure.
import type { Place, Point } from "../model/types";
import { STEP_HEIGHT, STEP_WIDTH } from "./ports";
import type { Scene } from "./session";

const GAP: Point = [72, 48];

/** `HTTP request` as a key: `http_request`. */
export function keyOfWords(words: string): string {
  const key = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "");
  return key || "step";
}

/** The key, with a number behind it where it is taken. */
export function freeKey(key: string, taken: Readonly<Record<string, unknown>>): string {
  if (!(key in taken)) return key;
  let number = 2;
  while (`${key}_${number}` in taken) number += 1;
  return `${key}_${number}`;
}

/** A place right of the step, further down while something stands there. Nothing where the flow is laid out by itself. */
export function freePlace(scene: Scene, after: Place): Point | undefined {
  const kept = scene.document.layout?.steps ?? {};
  const from = scene.places.get(after.step);
  if (!from || Object.keys(kept).length === 0) return undefined;
  return clearPlace(scene, [from[0] + STEP_WIDTH + GAP[0], from[1]]);
}

/** The nearest place at or below this one where no step stands. */
export function clearPlace(scene: Scene, wanted: Point): Point {
  let [x, y] = wanted;
  const stands = [...scene.places.values()];
  const covers = ([left, top]: Point) => Math.abs(left - x) < STEP_WIDTH + 16 && Math.abs(top - y) < STEP_HEIGHT + 16;
  while (stands.some(covers)) y += STEP_HEIGHT + GAP[1];
  return [Math.round(x), Math.round(y)];
}
