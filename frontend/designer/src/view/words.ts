// What a screen reader says of steps, links and what became of an edit. Sentences only.
import type { CanvasStep } from "./types";

/** `1 problem`, `2 problems`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function join(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** The accessible name: "Approve the asset, Approval, 2 ways on: approved to Reply, rejected to Reply; 1 problem". */
export function nameStep(step: CanvasStep, titleOf: (key: string) => string): string {
  const linked = step.links.filter((link) => link.port !== "error");
  const error = step.links.find((link) => link.port === "error");
  const words = linked.map((link) => `${link.label && linked.length > 1 ? `${link.label} to ` : "to "}${titleOf(link.target)}`);
  const open = step.info.exits.filter((exit) => exit.port !== "error" && !step.links.some((link) => link.port === exit.port));
  const parts = [
    step.isTrigger ? `${step.info.title}, start` : step.info.title,
    step.info.kind_label === step.info.title ? "" : step.info.kind_label,
    sayWays(linked.length, words, step.info.exits.some((exit) => exit.port !== "error")),
    linked.length > 0 && open.length > 0 ? `open: ${join(open.map((exit) => exit.label || exit.port))}` : "",
    error ? `${step.isTrigger ? "on any error" : "on error"} to ${titleOf(error.target)}` : "",
  ];
  const said = parts.filter(Boolean).join(", ");
  const more = [
    step.info.reachable ? "" : "no way leads here",
    step.problems > 0 ? count(step.problems, "problem") : "",
    step.state ? [step.state.label, step.state.time ?? ""].filter(Boolean).join(", ") : "",
  ];
  return [said, ...more.filter(Boolean)].join("; ");
}

function sayWays(ways: number, words: readonly string[], hasExits: boolean): string {
  if (ways === 0) return hasExits ? "nothing follows" : "ends here";
  return ways === 1 ? `1 way on: ${words[0]}` : `${ways} ways on: ${words.join(", ")}`;
}
