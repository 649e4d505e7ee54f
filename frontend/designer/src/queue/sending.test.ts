import { describe, expect, test } from "vitest";
import { readForm, sendEdit, type Renewal } from "./sending";
import type { QueuedEdit } from "./types";

const edit: QueuedEdit = { seq: 1, scope: "s", id: "i", session: "tab", sort: "edit", base: 3, ops: [], source: "canvas" };
const json = (status: number, data: unknown) =>
  new Response(JSON.stringify(data), { status, headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" } });

async function sent(answer: Response | Error | Response[], what: QueuedEdit = edit, renewal: Renewal = "renewed") {
  const calls: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: unknown, init?: RequestInit) => {
    calls.push({ url: String(url), init: init! });
    if (answer instanceof Error) throw answer;
    return Array.isArray(answer) ? answer[calls.length - 1]! : answer;
  };
  const wire = { editsUrl: "/flows/demo/draft/edits/", headers: () => ({ "X-CSRFToken": "t" }), fetch: fetch as typeof globalThis.fetch, renew: async () => renewal };
  return { answer: await sendEdit(wire, what, 4), call: calls[0]!, calls };
}

describe("a call", () => {
  test("sends the edit with its base, page and token", async () => {
    const { answer, call } = await sent(json(200, { revision: 5 }), { ...edit, draft: 7 });
    expect(answer).toEqual({ sort: "done", state: { revision: 5 } });
    expect(call.url).toBe("/flows/demo/draft/edits/");
    expect(call.init.headers).toMatchObject({ "X-CSRFToken": "t", "Content-Type": "application/json" });
    expect(JSON.parse(String(call.init.body))).toEqual({ id: "i", base: 4, ops: [], source: "canvas", session: "tab", draft: 7 });
  });

  test.each(["undo", "redo"] as const)("asks for %s at its own address", async (sort) => {
    const { call } = await sent(json(200, { revision: 5 }), { ...edit, sort });
    expect(call.url).toBe(`/flows/demo/draft/${sort}/`);
    expect(JSON.parse(String(call.init.body))).toEqual({ id: "i", session: "tab" });
  });

  test.each([
    ["nobody answers", new TypeError("offline")],
    ["the server is being started", json(502, {})],
    ["the server is away", new Response("", { status: 503 })],
    ["there are too many calls", json(429, {})],
    ["the answer is cut off", new Response('{"revi', { headers: { "Content-Type": "application/json" } })],
  ])("tries again when %s", async (_, response) => {
    expect((await sent(response)).answer).toEqual({ sort: "away" });
  });

  test("keeps the edit when somebody is signed out", async () => {
    expect((await sent(json(401, {}))).answer).toMatchObject({ sort: "stopped", code: "edit.signed_out" });
    const page = new Response("<html>", { headers: { "Content-Type": "text/html" } });
    Object.defineProperty(page, "redirected", { value: true });
    expect((await sent(page)).answer).toMatchObject({ sort: "stopped", code: "edit.signed_out" });
  });

  test("keeps the edit when the sign-in answers in its place, in JSON or not", async () => {
    const form = json(200, { form: { fields: {} } });
    Object.defineProperty(form, "redirected", { value: true });
    expect((await sent(form)).answer).toMatchObject({ sort: "stopped", code: "edit.signed_out" });
    expect((await sent(json(200, { form: {} }))).answer).toEqual({ sort: "away" });
  });

  test("goes with a new token after another sign-in of the same person", async () => {
    const old = () => json(403, { code: "request.csrf" });
    const { answer, calls } = await sent([old(), json(200, { revision: 5 })]);
    expect([answer.sort, calls.length]).toEqual(["done", 2]);
    expect((await sent([old(), old()])).answer).toMatchObject({ sort: "stopped", code: "edit.signed_out" });
    expect((await sent(old(), edit, "signed_out")).answer).toMatchObject({ sort: "stopped", code: "edit.signed_out" });
    expect((await sent(old(), edit, "other")).answer).toMatchObject({ sort: "stopped", code: "edit.other_person" });
    expect((await sent(old(), edit, "away")).answer).toEqual({ sort: "away" });
  });

  test("keeps the edit when it is not allowed any more, or the flow is gone", async () => {
    expect((await sent(json(403, { code: "forbidden", detail: "No." }))).answer).toEqual({ sort: "stopped", code: "forbidden", message: "No." });
    expect((await sent(new Response("", { status: 403 }))).answer).toMatchObject({ sort: "stopped", code: "edit.forbidden" });
    expect((await sent(json(404, {}))).answer).toMatchObject({ sort: "stopped", code: "edit.gone" });
  });

  test("tells a conflict with both sides", async () => {
    const paths = [{ path: "steps/reply/name", mine: "a", theirs: "b" }];
    const { answer } = await sent(json(409, { code: "draft.conflict", detail: "Changed.", revision: 9, paths }));
    expect(answer).toEqual({ sort: "conflict", conflict: { message: "Changed.", revision: 9, theirs: paths } });
    const bare = await sent(json(409, { code: "draft.conflict" }));
    expect(bare.answer).toMatchObject({ sort: "conflict", conflict: { revision: 0, theirs: [] } });
  });

  test("tells a refusal by the server's words", async () => {
    const { answer } = await sent(json(400, { code: "edit.scope", detail: "It leaves the body.", op: 1 }));
    expect(answer).toEqual({ sort: "refused", code: "edit.scope", message: "It leaves the body.", op: 1 });
    expect((await sent(new Response("?", { status: 413 }))).answer).toMatchObject({ sort: "refused", code: "edit.refused" });
  });
});

describe("a form that is read first", () => {
  const typed = { url: "/flows/demo/draft/steps/ask/", field: "with.to", body: [["field", "with.to"], ["v.text", "a & b"]] as [string, string][] };
  async function readings(...answers: (Response | Error)[]) {
    const calls: { url: string; init: RequestInit }[] = [];
    const fetch = async (url: unknown, init?: RequestInit) => {
      calls.push({ url: String(url), init: init! });
      const answer = answers[calls.length - 1]!;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const wire = { editsUrl: "", headers: () => ({ "X-CSRFToken": "t" }), fetch: fetch as typeof globalThis.fetch, renew: async () => "renewed" as Renewal };
    return { reading: await readForm(wire, typed), calls };
  }

  test("is posted as its field would be", async () => {
    const { reading, calls } = await readings(json(200, { ops: [{ op: "set" }], refusal: "", html: "" }));
    expect(reading).toEqual({ sort: "read", ops: [{ op: "set" }] });
    expect(calls[0]!.url).toBe(typed.url);
    expect(calls[0]!.init.headers).toMatchObject({ "X-CSRFToken": "t", "X-Inspector": "1" });
    expect(String(calls[0]!.init.body)).toBe("field=with.to&v.text=a+%26+b");
  });

  test.each([
    ["nobody answers", new TypeError("offline"), { sort: "away" }],
    ["the server is away", new Response("", { status: 503 }), { sort: "away" }],
    ["it meets an accident", new Response("", { status: 500 }), { sort: "refused", code: "edit.unreadable" }],
    ["it cannot be read", json(400, { ops: [], refusal: "That is no time." }), { sort: "refused", code: "edit.unreadable", message: "That is no time." }],
    ["the step is gone", json(404, {}), { sort: "stopped", code: "edit.gone" }],
    ["nobody is signed in", json(401, {}), { sort: "stopped", code: "edit.signed_out" }],
    ["the flow is archived", json(409, { code: "flow.archived", detail: "It is archived." }), { sort: "refused", code: "flow.archived" }],
  ] as const)("where %s", async (_, answer, expected) => {
    expect((await readings(answer)).reading).toMatchObject(expected);
  });

  test("goes once more with a new token", async () => {
    const { reading, calls } = await readings(json(403, { code: "request.csrf" }), json(200, { ops: [] }));
    expect([reading, calls.length]).toEqual([{ sort: "read", ops: [] }, 2]);
  });
});
