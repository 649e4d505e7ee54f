import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import type { FlowDocument, Point, Step } from "../model/types";
import { tidySteps } from "./elk";
import { graphOf } from "./graph";
import { columnsPerBand, layered, stacked } from "./layered";
import { placeSteps } from "./placing";

const HEAD = { format: 1, flow: "demo", name: "Demo", team: "it" };
const sizes = new Map<string, { width: number; height: number }>();

const flow = (steps: Record<string, Step>, rest: Partial<FlowDocument> = {}): FlowDocument => ({
  ...HEAD,
  start: Object.keys(steps)[0],
  steps,
  ...rest,
});

function chain(length: number): FlowDocument {
  const steps: Record<string, Step> = {};
  for (let number = 0; number < length; number += 1) {
    steps[`s${number}`] = { kind: "set", ...(number < length - 1 ? { next: `s${number + 1}` } : {}) };
  }
  return flow(steps);
}

const review = flow(
  {
    open: { kind: "case.open", next: "review" },
    review: { kind: "task.approve", on: { approved: "reply", rejected: "refuse" } },
    reply: { kind: "http.request", next: "close", on: { error: "mend" } },
    refuse: { kind: "http.request", next: "close" },
    close: { kind: "case.close" },
    mend: { kind: "task.assign", on: { mended: "reply", give_up: "end" } },
    end: { kind: "stop" },
    spare: { kind: "set" },
  },
  { on_error: "mend" },
);

function overlaps(places: ReadonlyMap<string, Point>): string[] {
  const all = [...places];
  return all.flatMap(([one, [x, y]], index) =>
    all.slice(index + 1).flatMap(([other, [left, top]]) => (Math.abs(left - x) < 200 && Math.abs(top - y) < 92 ? [`${one} on ${other}`] : [])),
  );
}

describe("a flow as a graph", () => {
  test("is read in the order it runs, what nothing leads to behind", () => {
    expect(graphOf(review).order).toEqual(["trigger", "open", "review", "reply", "refuse", "close", "mend", "end", "spare"].sort(byOrderOf(review)));
    expect(graphOf(review).order.at(-1)).toBe("spare");
  });

  test("knows what only failures lead to, and what turns back", () => {
    const graph = graphOf(review);
    expect([...graph.repair].sort()).toEqual(["end", "mend"]);
    expect([...graph.loose]).toEqual(["spare"]);
    expect(graph.edges.filter((edge) => edge.isBack).map((edge) => edge.port)).toEqual(["mended"]);
  });

  test("reads circles that nothing leads to, and links to nowhere", () => {
    const graph = graphOf(flow({ a: { kind: "stop" }, b: { kind: "set", next: "c" }, c: { kind: "set", next: "b", on: { error: "gone" } } }));
    expect(graph.order).toEqual(["trigger", "a", "b", "c"]);
  });
});

const byOrderOf = (document: FlowDocument) => {
  const order = graphOf(document).order;
  return (one: string, other: string) => order.indexOf(one) - order.indexOf(other);
};

describe("the first layout", () => {
  test("puts nothing on anything, whatever the flow", () => {
    for (const document of [review, chain(1), chain(7), chain(60), flow({})]) {
      const places = layered(document, sizes);
      expect(places.size).toBe(Object.keys(document.steps).length + 1);
      expect(overlaps(places)).toEqual([]);
    }
  });

  test("goes from left to right, with branches below each other", () => {
    const places = layered(review, sizes);
    expect(places.get("trigger")).toEqual([0, 0]);
    expect(places.get("open")![0]).toBeGreaterThan(0);
    expect(places.get("reply")![0]).toBe(places.get("refuse")![0]);
    expect(places.get("refuse")![1]).toBeGreaterThan(places.get("reply")![1]);
  });

  test("puts what nothing leads to below everything", () => {
    const places = layered(review, sizes);
    expect(places.get("spare")![1]).toBe(Math.max(...[...places.values()].map(([, y]) => y)));
  });

  test("puts what mends failures below its step", () => {
    const places = layered(review, sizes);
    expect(places.get("mend")![0]).toBe(places.get("reply")![0]);
    expect(places.get("mend")![1]).toBeGreaterThan(places.get("reply")![1]);
  });

  test("folds long flows into bands", () => {
    const places = layered(chain(9), sizes);
    expect(Math.max(...[...places.values()].map(([x]) => x))).toBeLessThanOrEqual(4 * 280);
    expect(new Set([...places.values()].map(([, y]) => y)).size).toBeGreaterThan(1);
  });

  test("keeps bands even and about as wide as a screen", () => {
    expect([1, 4, 5, 9, 500].map((count) => columnsPerBand(count, { width: 280, height: 152 }))).toEqual([1, 4, 3, 3, 21]);
  });

  test("makes room for high steps", () => {
    const places = layered(review, new Map([["reply", { width: 260, height: 300 }]]));
    expect(overlaps(places)).toEqual([]);
    expect(places.get("refuse")![1] - places.get("reply")![1]).toBeGreaterThan(300);
  });
});

describe("places of steps", () => {
  test("are one column on a narrow screen, in reading order", () => {
    const places = placeSteps({ ...review, layout: { steps: { open: [900, 900] } } }, new Map([["open", { width: 300, height: 92 }]]), "tall");
    expect(places.get("trigger")).toEqual([50, 0]);
    expect(places.get("open")).toEqual([0, 152]);
    expect(places).toEqual(stacked(review, new Map([["open", { width: 300, height: 92 }]])));
  });

  test("are kept where somebody put them", () => {
    const steps: Record<string, Point> = { open: [10, 20], review: [400, 20], gone: [0, 0] };
    const places = placeSteps({ ...review, layout: { steps, trigger: [-500, 3] } }, sizes, "wide");
    expect(places.get("open")).toEqual([10, 20]);
    expect(places.get("trigger")).toEqual([-500, 3]);
    expect(places.has("gone")).toBe(false);
  });

  test("are found beside what leads there, and below for failures", () => {
    const places = placeSteps({ ...review, layout: { steps: { reply: [0, 0], open: [0, 600] } } }, sizes, "wide");
    expect(places.get("close")).toEqual([280, 0]);
    expect(places.get("mend")).toEqual([0, 152]);
    expect(places.get("trigger")).toEqual([-280, 600]);
    expect(overlaps(places)).toEqual([]);
  });

  test("are below everything for what nothing leads to", () => {
    const places = placeSteps(flow({ a: { kind: "stop" }, b: { kind: "set" } }, { start: undefined, layout: { steps: { a: [40, 40] } } }), sizes, "wide");
    expect(places.get("b")![1]).toBeGreaterThan(132);
    expect(overlaps(places)).toEqual([]);
  });

  test("are those of the first layout where nobody moved anything, apart from the trigger", () => {
    const places = placeSteps({ ...review, layout: { trigger: [-300, 0] } }, sizes, "wide");
    expect(places).toEqual(new Map([...layered(review, sizes), ["trigger", [-300, 0]]]));
  });
});

describe("tidying", () => {
  // ELK itself, in this thread: its worker script brings a stand-in for browsers without workers.
  const elk = createRequire(import.meta.url)("elkjs/lib/elk-worker.min.js") as { Worker: new () => Worker };
  const worker = () => new elk.Worker();

  test.each([
    ["a line", chain(12)],
    ["branches", review],
    ["one step", chain(1)],
  ])("puts %s on a grid, nothing on anything", async (_, document) => {
    const places = await tidySteps(document, sizes, worker);
    expect(places.size).toBe(Object.keys(document.steps).length + 1);
    expect(overlaps(places)).toEqual([]);
    expect([...places.values()].flat().every((value) => value % 20 === 0)).toBe(true);
    expect(places.get("trigger")![0]).toBe(Math.min(...[...places.values()].map(([x]) => x)));
  });

  test("folds a long line", async () => {
    const places = await tidySteps(chain(30), sizes, worker);
    expect(Math.max(...[...places.values()].map(([x]) => x))).toBeLessThan(30 * 200);
  });

  test("falls back to the first layout without a worker, or where it fails", async () => {
    expect(await tidySteps(review, sizes, undefined)).toEqual(layered(review, sizes));
    const failing = () => {
      throw new Error("not found");
    };
    expect(await tidySteps(review, sizes, failing)).toEqual(layered(review, sizes));
  });
});
