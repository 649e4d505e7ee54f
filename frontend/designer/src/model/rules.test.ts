import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { didYouMean } from "./nearest";
import { legalTargets, verdictOf } from "./rules";
import { computeScopes } from "./scopes";
import { factsOf } from "./steps";
import type { FlowDocument, KindFacts, Step } from "./types";
import { freeKey, keyFromWords, titleOf } from "./words";

const path = new URL("../../../../tests/flows/definition/editing/cases.json", import.meta.url);
const table = JSON.parse(readFileSync(path, "utf8")) as { kinds: KindFacts[]; documents: Record<string, FlowDocument> };
const facts = factsOf(table.kinds, { pick: ["default", "large"] });
const { chain, loop, split } = table.documents as Record<"chain" | "loop" | "split", FlowDocument>;

describe("what a drag would do", () => {
  test("is told with the link it replaces", () => {
    expect(verdictOf(chain, "open", "next", "close", facts)).toEqual({ ok: true, replaces: "reply" });
    expect(verdictOf(chain, "close", "next", "end", facts)).toEqual({ ok: true, replaces: null });
    expect(verdictOf(chain, "open", "next", "reply", facts)).toEqual({ ok: true, replaces: null });
    expect(verdictOf(chain, "trigger", "next", "reply", facts)).toEqual({ ok: true, replaces: "open" });
  });

  test("is refused with the reason", () => {
    expect(verdictOf(loop, "after", "next", "check", facts)).toMatchObject({ ok: false, code: "edit.scope", reason: expect.stringContaining("from outside") });
    expect(verdictOf(loop, "after", "next", "trigger", facts)).toMatchObject({ ok: false, code: "edit.trigger_target" });
  });

  test.each(Object.entries({ chain, loop, split }))("marks the same steps of %s as dropping on each would", (_, document) => {
    for (const [source, step] of Object.entries(document.steps)) {
      const ports = [...(facts.kinds.get(step.kind)!.ports), "error"];
      for (const port of ports) {
        const one = Object.keys(document.steps).filter((target) => verdictOf(document, source, port, target, facts).ok);
        expect([source, port, [...legalTargets(document, source, port, facts)].sort()]).toEqual([source, port, one.sort()]);
      }
    }
    const starts = Object.keys(document.steps).filter((target) => verdictOf(document, "trigger", "next", target, facts).ok);
    expect([...legalTargets(document, "trigger", "next", facts)]).toEqual(starts);
  });
});

describe("a drag over a large flow", () => {
  const steps: Record<string, Step> = {};
  for (let number = 0; number < 500; number += 1) steps[`s${number}`] = { kind: "set", ...(number < 499 ? { next: `s${number + 1}` } : {}) };
  const large: FlowDocument = { ...chain, start: "s0", steps, on_error: undefined };

  test("marks what stands beside it, and not itself", () => {
    const legal = legalTargets(large, "s0", "next", facts);
    expect(legal.size).toBe(499);
    expect(legal.has("s0")).toBe(false);
  });
});

describe("scopes", () => {
  const flow = (steps: Record<string, Step>, on_error?: string): FlowDocument => ({ ...chain, start: Object.keys(steps)[0], steps, on_error });

  test("are the openers round each step, and the joins that close them", () => {
    const scopes = computeScopes(loop, facts);
    expect(scopes.stacks.get("check")).toEqual(["each"]);
    expect(scopes.stacks.get("together")).toEqual([]);
    expect(scopes.joins.get("each")).toBe("together");
    expect(scopes.faults).toEqual([]);
  });

  test("find joins of nothing, second joins and steps for errors inside", () => {
    const lone = computeScopes(flow({ a: { kind: "set", next: "j" }, j: { kind: "join" } }), facts);
    expect(lone.faults[0]!.message).toContain("'j' joins nothing");
    const two = flow({ f: { kind: "parallel", on: { a: "j", b: "k" } }, j: { kind: "join" }, k: { kind: "join" } });
    expect(computeScopes(two, facts).faults[0]!.message).toContain("already has the join 'j'");
    const inside = flow({ f: { kind: "parallel", on: { a: "x" } }, x: { kind: "set" } }, "x");
    expect(computeScopes(inside, facts).faults[0]!.message).toContain("lies in the branches of 'f'");
  });

  test("tell a link from one scope into another", () => {
    const steps: Record<string, Step> = {
      f: { kind: "parallel", on: { a: "x", b: "g" } },
      x: { kind: "set", next: "y" },
      g: { kind: "parallel", on: { c: "z" } },
      z: { kind: "set" },
      y: { kind: "set" },
    };
    expect(verdictOf(flow(steps), "x", "next", "z", facts)).toMatchObject({ reason: expect.stringContaining("goes into the branches of 'g' from outside") });
    const apart: Record<string, Step> = {
      s: { kind: "choose", on: { default: "f", large: "g" } },
      f: { kind: "parallel", on: { a: "x" } },
      g: { kind: "parallel", on: { c: "z" } },
      x: { kind: "set" },
      z: { kind: "set" },
    };
    expect(verdictOf(flow(apart), "x", "next", "z", facts)).toMatchObject({ reason: expect.stringContaining("from the branches of 'f' into the branches of 'g'") });
  });

  test("count a chain of loose steps once it is led to", () => {
    const steps: Record<string, Step> = {
      f: { kind: "parallel", on: { a: "x" }, next: undefined },
      x: { kind: "set" },
      loose: { kind: "set", next: "x" },
      first: { kind: "set" },
    };
    const document = { ...flow(steps), start: "f" };
    expect(verdictOf(document, "x", "next", "loose", facts).ok).toBe(true);
    expect(verdictOf(document, "f", "error", "loose", facts)).toMatchObject({ ok: false, code: "edit.scope" });
  });
});

describe("words", () => {
  test("name steps as people do", () => {
    expect(titleOf("open_case", { kind: "case.open" })).toBe("Open case");
    expect(titleOf("open_case", { kind: "case.open", name: "Begin" })).toBe("Begin");
    expect(titleOf("gone", undefined)).toBe("Gone");
  });

  test("make keys that are free", () => {
    expect(freeKey("reply", ["reply", "reply_2"])).toBe("reply_3");
    expect(freeKey("reply_2", ["reply_2"])).toBe("reply_3");
    expect(freeKey("trigger", [])).toBe("trigger_2");
    expect(keyFromWords("Ask Légal, please!", "step")).toBe("ask_legal_please");
    expect(keyFromWords("3 ways", "step")).toBe("ways");
    expect(keyFromWords("„…“", "step")).toBe("step");
  });

  test("name what was nearly right as the server does", () => {
    expect(didYouMean("aproved", ["approved", "rejected"], "Ports")).toBe(" Did you mean 'approved'?");
    expect(didYouMean("x", ["approved", "rejected"], "Ports")).toBe(" Ports here: approved, rejected.");
    expect(didYouMean("", [""], "Ports")).toBe(" Did you mean ''?");
    expect(didYouMean("x", Array.from({ length: 13 }, (_, index) => `kind${index}`), "Kinds")).toBe("");
    expect(didYouMean("abc", ["abd", "abe"], "Ports")).toBe(" Did you mean 'abe'?");
  });
});
