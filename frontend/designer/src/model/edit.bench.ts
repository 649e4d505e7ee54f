// Edits per second on a flow of 500 steps: `npm run bench`.
import { expect, test } from "vitest";
import { layered } from "../layout/layered";
import { applyOps } from "./edit";
import { legalTargets } from "./rules";
import { factsOf } from "./steps";
import type { FlowDocument, KindFacts, Step } from "./types";

const kind = { key: "set", ports: ["next"], free_ports: false, opens_scope: false, closes_scope: false, outer_ports: [] };
const facts = factsOf([{ ...kind, label: "", group: "", icon: "", text: "", defaults: { with: {} } } as KindFacts]);
const steps: Record<string, Step> = {};
for (let number = 0; number < 500; number += 1) {
  steps[`s${number}`] = { kind: "set", with: { a: `= steps.s${number}.a` }, ...(number < 499 ? { next: `s${number + 1}` } : {}) };
}
const large: FlowDocument = { format: 1, flow: "large", name: "Large", team: "it", start: "s0", steps };

test("edits of 500 steps", async ({ bench }) => {
  const results = await bench.compare(
    bench("set", () => void applyOps(large, [{ op: "set", target: "steps/s250", path: ["with", "a"], value: 1 }], facts)),
    bench("connect", () => void applyOps(large, [{ op: "connect", source: "s250", port: "next", target: "s300" }], facts)),
    bench("add", () => void applyOps(large, [{ op: "add_step", key: "x", kind: "set", after: { step: "s9", port: "next" } }], facts)),
    bench("delete", () => void applyOps(large, [{ op: "delete_steps", keys: ["s250"] }], facts)),
    bench("rename", () => void applyOps(large, [{ op: "rename_step", key: "s250", to: "middle" }], facts)),
    bench("targets of a drag", () => void legalTargets(large, "s250", "next", facts)),
    bench("first layout", () => void layered(large, new Map())),
  );
  expect(results.get("set")).toBeDefined();
});
