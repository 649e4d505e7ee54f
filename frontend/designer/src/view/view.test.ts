import { describe, expect, it } from "vitest";
import type { DraftState, FlowDocument, Kinds, NodeFacts } from "../model/types";
import { ALIGNMENTS, align, type Box } from "./aligning";
import { makeLinks, makeNodes, keepSame, type Element } from "./elements";
import { opOfLink, readFlow, readingOrder, titleOfKey } from "./flow";
import { Navigator } from "./navigation";
import { freeKey, keyOfWords } from "./placing";
import { shapeOf } from "./ports";
import { join, nameStep } from "./words";

const KINDS: Kinds = { kinds: [], triggers: [] };
const DOCUMENT: FlowDocument = {
  format: 1,
  flow: "approval",
  name: "Approval",
  team: "marketing",
  trigger: { kind: "webhook" },
  start: "review",
  steps: {
    close: { kind: "case.close" },
    review: { kind: "task.approve", name: "Approve the asset", on: { rejected: "reply", approved: "reply", error: "mend" } },
    mend: { kind: "task.assign" },
    reply: { kind: "http.request", next: "close" },
    lost: { kind: "stop" },
  },
};

function facts(title: string, kind: string, ports: string[], more: Partial<NodeFacts> = {}): NodeFacts {
  const exits = [...ports, "error"].map((port) => ({ port, label: port }));
  const shared = { icon: "x", group: "logic", text: "", opens_scope: false, closes_scope: false, scope: [], reachable: true };
  return { ...shared, title, kind, kind_label: title, exits, ...more };
}

const SAID: Pick<DraftState, "nodes" | "trigger" | "problems"> = {
  nodes: {
    review: facts("Approve the asset", "task.approve", ["approved", "rejected"], { kind_label: "Approval" }),
    reply: facts("Reply", "http.request", ["next"]),
    close: facts("Close", "case.close", ["next"]),
    mend: facts("Mend", "task.assign", ["done"]),
    lost: facts("Lost", "stop", [], { reachable: false }),
  },
  trigger: null,
  problems: [
    { step: "review", field: null, severity: "warning", message: "", path: "", code: "" },
    { step: "review", field: null, severity: "error", message: "", path: "", code: "" },
  ],
};

const steps = readFlow(DOCUMENT, SAID, KINDS, { name: "run", steps: { reply: { state: "failed", label: "Failed", time: "3 s" } } });
const byKey = new Map(steps.map((step) => [step.key, step]));
const titleOf = (key: string) => byKey.get(key)?.info.title ?? key;

describe("readFlow", () => {
  it("reads steps in reading order, what nothing leads to last", () => {
    expect(readingOrder(DOCUMENT)).toEqual(["review", "reply", "close", "mend", "lost"]);
    expect(steps.map((step) => step.key)).toEqual(["trigger", "review", "reply", "close", "mend", "lost"]);
  });

  it("tells what only errors lead to, counts problems and lays states over", () => {
    expect(steps.filter((step) => step.isRepair).map((step) => step.key)).toEqual(["mend"]);
    expect([byKey.get("review")?.problems, byKey.get("review")?.severity]).toEqual([2, "error"]);
    expect(byKey.get("reply")?.state?.label).toBe("Failed");
  });

  it("describes a step that the server has not seen by its kind", () => {
    const kind = { key: "wait", label: "Wait", group: "logic", icon: "clock", text: "a time", ports: ["next"], defaults: { with: {} } };
    const full = { ...kind, free_ports: false, opens_scope: false, closes_scope: false, outer_ports: [] };
    const document = { ...DOCUMENT, steps: { ...DOCUMENT.steps, take_a_nap: { kind: "wait" } } };
    const found = readFlow(document, SAID, { kinds: [full], triggers: [] }, null).find((step) => step.key === "take_a_nap");
    expect([found?.info.title, found?.info.kind_label, found?.info.icon]).toEqual(["Take a nap", "Wait", "clock"]);
  });
});

describe("nameStep", () => {
  it("says name, kind, ways on in the order of the ports, problems and state", () => {
    const said = nameStep(byKey.get("review")!, titleOf);
    expect(said).toBe("Approve the asset, Approval, 2 ways on: approved to Reply, rejected to Reply, on error to Mend; 2 problems");
    expect(nameStep(byKey.get("reply")!, titleOf)).toBe("Reply, 1 way on: to Close; Failed, 3 s");
    expect(nameStep(byKey.get("lost")!, titleOf)).toBe("Lost, ends here; no way leads here");
    expect(nameStep(byKey.get("close")!, titleOf)).toBe("Close, nothing follows");
  });

  it("joins words as people do", () => {
    expect([join([]), join(["a"]), join(["a", "b"]), join(["a", "b", "c"], "or")]).toEqual(["", "a", "a and b", "a, b or c"]);
    expect(titleOfKey("close_case")).toBe("Close case");
  });
});

describe("Navigator", () => {
  const navigator = new Navigator(steps);
  it("follows links to the right and back, and goes between branches", () => {
    expect(navigator.move("review", "right", null)).toBe("reply");
    expect(navigator.move("reply", "left", null)).toBe("review");
    expect(navigator.move("reply", "down", "review")).toBe("mend");
    expect(navigator.move("mend", "up", "review")).toBe("reply");
    expect(navigator.move("close", "right", null)).toBeNull();
    expect([navigator.first(), navigator.last()]).toEqual(["trigger", "lost"]);
  });
});

describe("shapeOf", () => {
  it("grows with its ports and puts the error port across the reading direction", () => {
    const many = { ...byKey.get("review")!, info: facts("Choose", "choose", ["a", "b", "c", "d", "e", "f"]) };
    expect(shapeOf(many, "wide").height).toBeGreaterThan(shapeOf(byKey.get("reply")!, "wide").height);
    const [first, second, error] = shapeOf(byKey.get("review")!, "wide").ports;
    expect([first?.side, error?.side, error?.isError]).toEqual(["right", "bottom", true]);
    expect(second!.offset).toBeGreaterThan(first!.offset);
    expect(shapeOf(byKey.get("review")!, "tall").ports.map((port) => port.side)).toEqual(["bottom", "bottom", "right"]);
    expect(shapeOf(byKey.get("trigger")!, "wide").ports.map((port) => port.port)).toEqual(["next"]);
  });
});

describe("makeNodes", () => {
  const places = new Map(steps.map((step, index) => [step.key, [index * 300, 0] as [number, number]]));
  const layout = { groups: { g: { title: "Answer", steps: ["reply", "close"] }, empty: { title: "None", steps: ["gone"] } } };
  const document = { ...DOCUMENT, layout, notes: { n: { text: "Agreed", at: [5, 7] as [number, number] } } };
  const input = { document, steps, places, orientation: "wide" as const, isEditable: true, nameOf: (step: (typeof steps)[number]) => step.key };

  it("draws frames, notes and steps, and nothing for an empty frame", () => {
    expect(makeNodes(input).map((node) => node.id)).toEqual(["group:g", "note:n", ...steps.map((step) => step.key)]);
    expect(makeNodes({ ...input, orientation: "tall" }).map((node) => node.id)).toEqual(steps.map((step) => step.key));
  });

  it("keeps what did not change", () => {
    const signatures = new Map<string, string>();
    const first = keepSame([], makeNodes(input), signatures);
    const moved = { ...input, places: new Map([...places, ["close", [9, 9] as [number, number]]]) };
    const again = keepSame(first, makeNodes(moved), signatures);
    const changed = (again as Element[]).filter((node, index) => node !== first[index]).map((node) => node.id);
    expect(changed).toEqual(["group:g", "close"]);
  });

  it("draws one link a port, those taken by a run stronger", () => {
    const links = makeLinks(steps, new Set(["review>approved"]), false);
    expect(links.map((link) => link.id)).toEqual(["trigger>next", "review>rejected", "review>error", "reply>next", "review>approved"]);
    expect(makeLinks(steps, null, false).map((link) => link.id)[1]).toBe("review>approved");
    expect(links.filter((link) => link.className?.includes("--taken")).map((link) => link.id)).toEqual(["review>approved"]);
  });
});

describe("the way that all errors take", () => {
  const found = readFlow({ ...DOCUMENT, on_error: "mend" }, SAID, KINDS, null);
  const start = found[0]!;

  it("is a link of the start, read out, with a port of its own, and drawn apart", () => {
    expect(start.links.map((link) => [link.port, link.target])).toEqual([["next", "review"], ["error", "mend"]]);
    expect(nameStep(start, titleOf)).toContain("on any error to Mend");
    expect(shapeOf(start, "wide").ports.map((port) => [port.port, port.side])).toEqual([["next", "right"], ["error", "bottom"]]);
    const classes = makeLinks(found, null, true).filter((link) => link.className?.includes("cv-link--all"));
    expect(classes.map((link) => link.id)).toEqual(["trigger>error"]);
  });

  it("is a setting of the flow, where others are links", () => {
    expect(opOfLink("trigger", "error", "mend")).toEqual({ op: "set", target: "flow", path: ["on_error"], value: "mend" });
    expect(opOfLink("trigger", "error", null)).toEqual({ op: "set", target: "flow", path: ["on_error"], value: null });
    expect(opOfLink("review", "error", "mend")).toEqual({ op: "connect", source: "review", port: "error", target: "mend" });
    expect(opOfLink("trigger", "next", null)).toEqual({ op: "disconnect", source: "trigger", port: "next" });
  });
});

describe("align", () => {
  const box = (id: string, x: number, y: number, width = 200, height = 92): Box => ({ id, x, y, width, height });
  const three = [box("a", 0, 0), box("b", 310, 150), box("c", 900, 40, 100, 60)];
  const placed = (boxes: Box[], how: (typeof ALIGNMENTS)[number]["how"]) => Object.fromEntries(align(boxes, how));

  it("lines edges and middles up, and moves nothing that stands so already", () => {
    const far = [box("a", 0, 0), box("b", 310, 150), box("c", 900, 400, 100, 60)];
    expect(placed(far, "left")).toEqual({ b: [0, 150], c: [0, 400] });
    expect(placed(far, "right")).toEqual({ a: [800, 0], b: [800, 150] });
    expect(placed(far, "middle")).toEqual({ a: [400, 0], b: [400, 150], c: [450, 400] });
    expect(placed(three, "top")).toEqual({ b: [310, 0], c: [900, 0] });
    expect(placed(three, "bottom")).toEqual({ a: [0, 150], c: [900, 182] });
    expect(placed(three, "centre")).toEqual({ a: [0, 75], b: [310, 75], c: [900, 91] });
  });

  it("puts nothing on top of anything", () => {
    expect(placed([box("a", 0, 0), box("b", 300, 0)], "left")).toEqual({ b: [0, 140] });
    expect(placed([box("a", 0, 0), box("b", 0, 140)], "top")).toEqual({ b: [272, 0] });
    for (const { how } of ALIGNMENTS) {
      const moved = align(three, how);
      const stands = three.map((each) => ({ ...each, x: moved.get(each.id)?.[0] ?? each.x, y: moved.get(each.id)?.[1] ?? each.y }));
      const covers = (one: Box, next: Box) =>
        one.x < next.x + next.width && next.x < one.x + one.width && one.y < next.y + next.height && next.y < one.y + one.height;
      for (const one of stands) for (const next of stands) if (one !== next) expect(covers(one, next)).toBe(false);
    }
  });

  it("spreads with the same gaps, or the least gap where there is no room", () => {
    expect(placed(three, "across")).toEqual({ b: [450, 150] });
    expect(placed([box("a", 0, 0), box("b", 10, 200), box("c", 20, 400)], "across")).toEqual({ b: [272, 200], c: [544, 400] });
    expect(placed([box("a", 0, 0), box("b", 0, 500), box("c", 0, 592)], "down")).toEqual({ b: [0, 296] });
  });
});

describe("keys of what is added", () => {
  it("come from words and are free", () => {
    expect([keyOfWords("HTTP request"), keyOfWords("2 Wege!"), keyOfWords("…")]).toEqual(["http_request", "wege", "step"]);
    expect([freeKey("wait", {}), freeKey("wait", { wait: 1, wait_2: 1 })]).toEqual(["wait", "wait_3"]);
  });
});
