// Names and keys: how a step is called in a sentence, which keys are legal, which one is free.
import { refuse } from "./refusals";
import type { Step } from "./types";

const KEY = /^[a-z][a-z0-9_]*$/;
const MAX_KEY_CHARS = 100;

/** The name of a step for people; without one, its key read as words. */
export function titleOf(key: string, step: Step | undefined): string {
  if (step?.name) return step.name;
  const words = key.replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Throws `edit.key` when `key` cannot name `what` ("a step", "a port"). */
export function checkKey(key: string, what: string): void {
  if (key === "trigger") refuse("edit.key", "'trigger' names what starts the flow. Choose another key.");
  if (key.length > MAX_KEY_CHARS) {
    refuse("edit.key", `The name of ${what} has ${key.length} characters. Use at most ${MAX_KEY_CHARS}.`);
  }
  if (!KEY.test(key)) {
    refuse(
      "edit.key",
      `'${key}' cannot name ${what}. Use lower-case letters, digits and '_', and begin with a letter, such as 'open_case'.`,
    );
  }
}

/** `key`, or where it is taken the same with a number behind it: `reply`, `reply_2`, `reply_3`. */
export function freeKey(key: string, taken: Iterable<string>): string {
  const known = new Set([...taken, "trigger"]);
  if (!known.has(key)) return key;
  const stem = key.replace(/_[0-9]+$/, "");
  let number = 2;
  while (known.has(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

/** A key made from words an analyst typed: "Ask Legal!" gives `ask_legal`; without any letter, `fallback`. */
export function keyFromWords(words: string, fallback: string): string {
  const plain = words.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const key = plain.replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 60);
  return KEY.test(key) ? key : fallback;
}
