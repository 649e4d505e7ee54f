import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { copyText, cutFragment, readText } from "./clipboard";
import { applyOps } from "./edit";
import { factsOf } from "./steps";
import type { FlowDocument, Fragment, KindFacts } from "./types";

const path = new URL("../../../../tests/flows/definition/editing/cases.json", import.meta.url);
const table = JSON.parse(readFileSync(path, "utf8")) as { kinds: KindFacts[]; documents: Record<string, FlowDocument> };
const chain = table.documents.chain!;

describe("a copied piece", () => {
  test("has the chosen steps in the order of the flow, without links that leave it", () => {
    const fragment = cutFragment(chain, ["close", "reply"], ["n1"]);
    expect(Object.keys(fragment.steps)).toEqual(["reply", "close"]);
    expect(fragment.steps.reply).toMatchObject({ next: "close", retry: { max_attempts: 3 } });
    expect(fragment.steps.reply!.on).toBeUndefined();
    expect(fragment.notes).toEqual({ n1: chain.notes!.n1 });
    expect(fragment.layout).toEqual({ steps: { reply: [260, 0], close: [520, 0] } });
  });

  test("knows where steps stand that nobody moved", () => {
    expect(cutFragment(chain, ["mend"], [], new Map([["mend", [7, 8]]])).layout).toEqual({ steps: { mend: [7, 8] } });
    expect(cutFragment(chain, ["mend"]).layout).toBeUndefined();
  });

  test("is a piece of a flow file, which comes back as it was", () => {
    const fragment = cutFragment(chain, Object.keys(chain.steps), ["n1"]);
    const text = copyText(fragment);
    expect(text.startsWith("format: 1\nsteps:\n  open:\n    kind: case.open\n")).toBe(true);
    expect(readText(text)).toEqual(fragment);
  });

  test("can be pasted into another flow", () => {
    const fragment = readText(copyText(cutFragment(chain, ["open", "reply"]))) as Fragment;
    const { document } = applyOps(table.documents.blank!, [{ op: "paste", fragment }], factsOf(table.kinds));
    expect(document.start).toBe("open");
    expect(document.steps.reply!.with).toEqual(chain.steps.reply!.with);
  });
});

describe("a text on the clipboard", () => {
  test("may be a whole flow file, or the same as JSON", () => {
    expect(Object.keys((readText(JSON.stringify(chain)) as Fragment).steps)).toEqual(Object.keys(chain.steps));
    expect((readText(JSON.stringify(chain)) as Fragment).layout!.groups).toEqual(chain.layout!.groups);
    const yaml = "format: 1\nflow: x\nsteps:\n  a: {kind: set, with: {yes: yes, day: 2026-01-01}, extra: 1}\nnotes: {n1: plain}\n";
    expect(readText(yaml)).toEqual({ steps: { a: { kind: "set", with: { yes: "yes", day: "2026-01-01" } } }, notes: { n1: { text: "plain" } } });
  });

  test("keeps only places that are places, of steps that come along", () => {
    const data = { steps: { a: { kind: "set" } }, layout: { steps: { a: [1, 2], b: [3, 4] } } };
    expect(readText(JSON.stringify(data))).toEqual({ steps: { a: { kind: "set" } }, layout: { steps: { a: [1, 2] } } });
    const odd = { steps: { a: { kind: "set" } }, layout: { steps: { a: ["x", 2] } }, notes: "text" };
    expect(readText(JSON.stringify(odd))).toEqual({ steps: { a: { kind: "set" } } });
  });

  test.each([
    ["plain words", "Hello there", "no piece of a flow"],
    ["a list", "- a\n- b", "no piece of a flow"],
    ["broken text", "steps: {a: [", "no piece of a flow"],
    ["no steps", "steps: {}", "no piece of a flow"],
    ["a step without a kind", "steps: {a: {name: x}}", "'a' on the clipboard is no step"],
    ["aliases", "x: &x {kind: set}\nsteps: {a: *x, b: *x}", "no piece of a flow"],
    ["more than a flow may have", `steps: {a: {kind: set}} #${"x".repeat(1_048_576)}`, "1 MiB"],
  ])("is refused when it is %s", (_, text, why) => {
    expect(readText(text)).toContain(why);
  });
});
