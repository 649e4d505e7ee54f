import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { applyOps } from "./edit";
import { EditRefused } from "./refusals";
import { factsOf } from "./steps";
import type { FlowDocument, KindFacts, Operation } from "./types";

interface Case {
  name: string;
  document: string;
  ops: Operation[];
  expect: {
    document?: FlowDocument;
    renamed?: Record<string, string>;
    refused?: { code: string; message: string; index: number };
  };
}

interface Table {
  kinds: KindFacts[];
  exits: Record<string, Record<string, string[]>>;
  documents: Record<string, FlowDocument>;
  cases: Case[];
}

// The same table is passed by the server: tests/flows/definition/editing.
const path = new URL("../../../../tests/flows/definition/editing/cases.json", import.meta.url);
const table = JSON.parse(readFileSync(path, "utf8")) as Table;

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

describe("an edit", () => {
  test.each(table.cases)("$name", (row) => {
    const document = freeze(structuredClone(table.documents[row.document]!));
    const facts = factsOf(table.kinds, table.exits[row.document]);
    if (row.expect.refused) {
      const { code, message, index } = row.expect.refused;
      const refusal = catching(() => applyOps(document, row.ops, facts));
      expect(refusal).toBeInstanceOf(EditRefused);
      expect({ code: refusal.code, message: refusal.message, index: refusal.index }).toEqual({ code, message, index });
      return;
    }
    const applied = applyOps(document, row.ops, facts);
    expect(applied.document).toEqual(row.expect.document);
    expect(Object.keys(applied.document.steps)).toEqual(Object.keys(row.expect.document!.steps));
    expect(applied.renamed).toEqual(row.expect.renamed ?? {});
  });

  test("of an unknown operation is refused", () => {
    const refusal = catching(() => applyOps(table.documents.blank!, [{ op: "nope" } as never], factsOf(table.kinds)));
    expect(refusal.code).toBe("edit.unknown_op");
  });

  test("leaves what it does not touch the same objects", () => {
    const before = table.documents.chain!;
    const { document } = applyOps(before, [{ op: "connect", source: "close", port: "next", target: "end" }], factsOf(table.kinds));
    expect(document.steps.reply).toBe(before.steps.reply);
    expect(document.layout).toBe(before.layout);
  });
});

function catching(work: () => unknown): EditRefused {
  try {
    work();
  } catch (error) {
    return error as EditRefused;
  }
  throw new Error("nothing was refused");
}
