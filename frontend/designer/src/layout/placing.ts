// Where each step stands: where somebody put it, else where the layout does.
import { TRIGGER } from "../model/steps";
import type { FlowDocument, Point } from "../model/types";
import type { Sizes } from "./graph";
import { layered, stacked } from "./layered";
import { placeMissing } from "./missing";

/** A place for the trigger and every step. Narrow screens ("tall") show one column, whatever was arranged. */
export function placeSteps(document: FlowDocument, sizes: Sizes, orientation: "wide" | "tall"): Map<string, Point> {
  if (orientation === "tall") return stacked(document, sizes);
  const kept = Object.entries(document.layout?.steps ?? {}).filter(([key]) => Object.hasOwn(document.steps, key));
  const trigger = document.layout?.trigger;
  const fixed = new Map<string, Point>(trigger ? [[TRIGGER, trigger]] : []);
  if (!kept.length) return new Map([...layered(document, sizes), ...fixed]);
  return placeMissing(document, new Map([...kept, ...fixed]), sizes);
}
