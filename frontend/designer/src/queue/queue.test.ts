import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test } from "vitest";
import type { DraftState } from "../model/types";
import { FakeServer, Page, added, named, quiet, stateOf, typedIn } from "./fakes";
import { MemoryStore, openStore } from "./store";
import type { Conflict, Store } from "./types";

describe.each([
  ["IndexedDB", () => openStore(new IDBFactory())],
  ["memory", () => openStore(undefined)],
])("a queue kept in %s", (_, make) => {
  let store: Store;
  let server: FakeServer;
  let page: Page;

  beforeEach(async () => {
    store = await make();
    server = new FakeServer();
    page = new Page(store, server);
  });

  test("never says that all is saved while an edit is on its way into the store", async () => {
    let open = () => {};
    server.gate = new Promise((resolve) => (open = resolve));
    page.queue.hear({ sort: "done", id: "of another page", session: "other", source: "outline", state: stateOf(6) }); // asks what is left
    const done = page.queue.submit([named("A")], "inspector");
    await quiet(page);
    expect([page.queue.pending(), page.named("unsaved")]).toEqual([1, [{ count: 1 }]]);
    open();
    await done;
    await quiet(page);
    expect([page.queue.pending(), page.named("unsaved").at(-1)]).toEqual([0, { count: 0 }]);
  });

  describe("what a field holds that the server reads first", () => {
    test("is read and then sent on the revision on which it was typed", async () => {
      server.readings = [{ sort: "away" }];
      const done = page.queue.submitTyped(typedIn("Ana"), "inspector");
      await quiet(page);
      server.revision = 9; // others went on meanwhile
      page.queue.see(9);
      page.timers.at(-1)!.work();
      expect((await done).revision).toBe(10);
      expect(server.calls.map(({ edit, base }) => [edit.ops, base, edit.source, "typed" in edit])).toEqual([[[named("Ana")], 5, "inspector", false]]);
      await quiet(page);
      expect(page.queue.pending()).toBe(0);
    });

    test("outlives the page", async () => {
      server.readings = [{ sort: "away" }];
      void page.queue.submitTyped(typedIn("Ana"), "inspector");
      await quiet(page);
      const next = new Page(store, server, "next", 7);
      await next.queue.start();
      await quiet(next);
      expect(server.calls.map(({ edit, base }) => [edit.ops, base])).toEqual([[[named("Ana")], 5]]);
      expect(next.named("changed")).toHaveLength(1);
    });

    test("is the newest alone where nothing of it was read yet, and all who wait are told", async () => {
      server.readings = [{ sort: "away" }];
      const first = page.queue.submitTyped(typedIn("A"), "inspector");
      await quiet(page);
      const second = page.queue.submitTyped(typedIn("Ana"), "inspector");
      const other = page.queue.submitTyped(typedIn("Lee", "/flows/x/draft/steps/ask/"), "inspector");
      await quiet(page);
      expect(page.queue.pending()).toBe(2);
      page.timers.at(-1)!.work();
      expect((await Promise.all([first, second, other])).map((state) => state.revision)).toEqual([6, 6, 7]);
      expect(server.calls.map(({ edit }) => edit.ops)).toEqual([[named("Ana")], [named("Lee")]]);
    });

    test("comes to nothing where all stays, and is refused with the reason", async () => {
      server.readings = [
        { sort: "read", ops: [] },
        { sort: "refused", code: "edit.unreadable", message: "That is no time." },
      ];
      expect((await page.queue.submitTyped(typedIn("same"), "inspector")).revision).toBe(5);
      await expect(page.queue.submitTyped(typedIn("odd"), "inspector")).rejects.toThrow("That is no time.");
      await quiet(page);
      expect([server.calls, page.queue.pending()]).toEqual([[], 0]);
    });

    test("conflicts as every edit does", async () => {
      server.answers = [{ sort: "conflict", conflict: { message: "Changed elsewhere.", revision: 8, theirs: [] } }];
      const done = page.queue.submitTyped(typedIn("Ana"), "inspector");
      await quiet(page);
      expect(page.named("conflict")[0]).toMatchObject({ mine: [named("Ana")], revision: 8 });
      await page.queue.resolve(page.named("conflict")[0].id, "mine");
      await done;
      expect(server.calls.map(({ base }) => base)).toEqual([5, 8]);
    });

    test("is taken back and done again, and follows a step that got another key", async () => {
      server.readings = [{ sort: "away" }];
      void page.queue.submitTyped(typedIn("Ana"), "inspector");
      await quiet(page);
      await page.queue.undo();
      expect(page.queue.pending()).toBe(0);
      const again = page.queue.redo();
      await quiet(page);
      page.timers.at(-1)!.work();
      await again;
      expect(server.calls.at(-1)!.edit.ops).toEqual([named("Ana")]);
      server.answers = [{ sort: "done", state: stateOf(20, { reply: "reply_2" }) }];
      const both = [page.queue.submit([added("reply")], "canvas"), page.queue.submitTyped(typedIn("Bea"), "inspector")];
      await Promise.all(both);
      expect(server.read.at(-1)!.url).toBe("/flows/x/draft/steps/reply_2/");
    });
  });

  test("sends edits one after the other, each on what went before", async () => {
    const states = await Promise.all([page.queue.submit([named("a")], "canvas"), page.queue.submit([named("b")], "canvas")]);
    expect(states.map((state) => state.revision)).toEqual([6, 7]);
    expect(server.calls.map((call) => [call.edit.ops[0], call.base])).toEqual([[named("a"), 5], [named("b"), 6]]);
    expect(page.named("changed").map((detail) => [detail.revision, detail.source])).toEqual([[6, "canvas"], [7, "canvas"]]);
    await quiet(page);
    expect(page.named("unsaved").at(-1)).toEqual({ count: 0 });
    expect(page.queue.pending()).toBe(0);
  });

  test("says the revision the page showed when others changed something between", async () => {
    server.answers.push(() => ({ sort: "done", state: stateOf((server.revision = 8)) }));
    await Promise.all([page.queue.submit([named("a")], "canvas"), page.queue.submit([named("b")], "canvas")]);
    expect(server.calls.map((call) => call.base)).toEqual([5, 5]);
    await page.queue.submit([named("c")], "canvas");
    expect(server.calls.at(-1)!.base).toBe(9);
  });

  test("keeps edits while the server is away and tries again ever later", async () => {
    server.answers.push({ sort: "away" }, { sort: "away" });
    const answer = page.queue.submit([named("a")], "canvas");
    await quiet(page);
    expect(page.queue.pending()).toBe(1);
    page.timers[0]!.work();
    await quiet(page);
    expect(page.timers.map((timer) => timer.delay_ms)).toEqual([1000, 2000]);
    page.timers[1]!.work();
    expect((await answer).revision).toBe(6);
    expect(new Set(server.calls.map((call) => call.edit.id)).size).toBe(1);
  });

  test("does not wait when the network is back", async () => {
    server.answers.push({ sort: "away" });
    const answer = page.queue.submit([named("a")], "canvas");
    await quiet(page);
    await page.queue.retry();
    expect((await answer).revision).toBe(6);
    page.timers[0]!.work();
    await quiet(page);
    expect(server.calls).toHaveLength(2);
  });

  test("survives a reload, in order", async () => {
    server.answers.push({ sort: "away" });
    void page.queue.submit([named("a")], "canvas");
    void page.queue.submit([named("b")], "outline");
    await quiet(page);
    const later = new Page(store, server, "later");
    await later.queue.start();
    await quiet(later);
    expect(server.calls.slice(1).map((call) => [call.edit.source, call.base])).toEqual([["canvas", 5], ["outline", 6]]);
    expect(later.named("unsaved").map((detail) => detail.count)).toEqual([2, 1, 0]);
  });

  test("lets a refused edit go and goes on with the next", async () => {
    server.answers.push({ sort: "refused", code: "edit.scope", message: "It leaves the body." });
    const first = page.queue.submit([named("a")], "canvas");
    const second = page.queue.submit([named("b")], "canvas");
    await expect(first).rejects.toMatchObject({ code: "edit.scope", message: "It leaves the body." });
    expect((await second).revision).toBe(6);
    expect(page.named("refused")).toEqual([{ message: "It leaves the body.", code: "edit.scope" }]);
  });

  test("stands when somebody has to sign in again, and goes on then", async () => {
    server.answers.push({ sort: "stopped", code: "edit.signed_out", message: "Sign in again." });
    const answer = page.queue.submit([named("a")], "canvas");
    await quiet(page);
    void page.queue.submit([named("b")], "canvas");
    await quiet(page);
    expect(server.calls).toHaveLength(1);
    expect(page.named("refused")).toEqual([{ message: "Sign in again.", code: "edit.signed_out" }]);
    await page.queue.retry();
    expect((await answer).revision).toBe(6);
  });

  test("means a step by its new key when its own was taken", async () => {
    server.answers.push(() => ({ sort: "done", state: stateOf((server.revision += 1), { reply: "reply_2" }) }));
    await Promise.all([page.queue.submit([added("reply")], "canvas"), page.queue.submit([named("b")], "canvas")]);
    expect(server.calls[1]!.edit.ops).toEqual([{ ...named("b"), target: "steps/reply_2" }]);
  });

  describe("at a conflict", () => {
    const conflict: Conflict = { message: "Changed meanwhile.", revision: 9, theirs: [{ path: "steps/reply/name", mine: "a", theirs: "z" }] };
    let first: Promise<DraftState>;
    let second: Promise<DraftState>;

    beforeEach(async () => {
      server.answers.push({ sort: "conflict", conflict });
      first = page.queue.submit([named("a")], "canvas");
      second = page.queue.submit([added("x")], "canvas");
      first.catch(() => undefined);
      await quiet(page);
      server.revision = 9;
    });

    test("stands, keeps everything and tells both sides", async () => {
      expect(page.queue.pending()).toBe(2);
      const [told] = page.named("conflict");
      expect(told).toMatchObject({ id: "tab-1", mine: [named("a")], theirs: conflict.theirs, revision: 9 });
      await page.queue.retry();
      expect(server.calls).toHaveLength(1);
    });

    test("sends mine on top of theirs", async () => {
      await page.queue.resolve("tab-1", "mine");
      expect((await first).revision).toBe(10);
      expect((await second).revision).toBe(11);
      expect(server.calls[1]!.base).toBe(9);
    });

    test("takes theirs and goes on", async () => {
      await page.queue.resolve("tab-1", "theirs");
      await expect(first).rejects.toMatchObject({ code: "edit.dropped" });
      expect((await second).revision).toBe(10);
    });

    test("asks nothing of an edit without one", async () => {
      await page.queue.resolve("tab-2", "theirs");
      expect(page.queue.pending()).toBe(2);
    });

    test("is told again after a reload", async () => {
      const later = new Page(store, server, "later");
      await later.queue.start();
      expect(later.named("conflict")).toHaveLength(1);
    });

    test("lets all go when asked", async () => {
      second.catch(() => undefined);
      await page.queue.discard();
      await expect(second).rejects.toMatchObject({ code: "edit.dropped" });
      expect(page.queue.pending()).toBe(0);
    });

    test("takes back the edit itself", async () => {
      await page.queue.undo();
      await page.queue.undo();
      expect(await page.queue.list()).toEqual([]);
      expect((await first).revision).toBe(9);
    });
  });

  test("undoes and redoes at the server when nothing waits", async () => {
    await page.queue.submit([named("a")], "canvas");
    await page.queue.undo();
    await page.queue.redo();
    expect(server.calls.map((call) => call.edit.sort)).toEqual(["edit", "undo", "redo"]);
    expect(page.named("changed").map((detail) => detail.source)).toEqual(["canvas", "undo", "redo"]);
  });

  test.each(Array.from({ length: 16 }, (_, turns) => turns))("undoes an edit that is about to be sent, %i turns on its way", async (turns) => {
    const answer = page.queue.submit([named("a")], "canvas");
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await page.queue.undo();
    await answer;
    await quiet(page);
    const sent = server.calls.map((call) => call.edit.sort);
    expect(sent.length ? sent : ["nothing"]).toEqual(sent.length ? ["edit", "undo"] : ["nothing"]);
    expect(page.queue.pending()).toBe(0);
  });

  test("undoes an edit that was not sent without a call, and redoes it", async () => {
    server.answers.push({ sort: "away" });
    const first = page.queue.submit([named("a")], "canvas");
    await quiet(page);
    await page.queue.undo();
    await expect(first).resolves.toMatchObject({ revision: 5 });
    expect(await page.queue.list()).toEqual([]);
    const again = page.queue.redo();
    await page.queue.retry();
    expect((await again).revision).toBe(6);
    expect(server.calls.at(-1)!.edit.ops).toEqual([named("a")]);
  });

  test("says what would be turned here, without the server", async () => {
    expect(page.queue.turns()).toEqual({ undo: false, redo: false });
    server.answers.push({ sort: "away" });
    const first = page.queue.submit([named("a")], "canvas");
    await quiet(page);
    expect(page.queue.turns()).toEqual({ undo: true, redo: false });
    const undone = await page.queue.undo();
    expect([page.queue.turns(), undone.turned]).toEqual([{ undo: false, redo: true }, undefined]);
    await first;
    const again = page.queue.redo();
    expect(page.queue.turns()).toEqual({ undo: true, redo: false });
    await page.queue.retry();
    await again;
    await quiet(page);
    expect(page.queue.turns()).toEqual({ undo: false, redo: false });
  });

  test("does again in the order in which it was taken back, here and at the server", async () => {
    await page.queue.submit([named("a")], "canvas");
    server.answers.push({ sort: "away" });
    const second = page.queue.submit([named("b")], "canvas");
    await quiet(page);
    await page.queue.undo();
    await second;
    page.timers.at(-1)!.work();
    await page.queue.undo();
    expect(page.queue.turns().redo).toBe(false);
    await page.queue.redo();
    expect(page.queue.turns().redo).toBe(true);
    await page.queue.redo();
    expect(server.calls.slice(2).map(({ edit }) => [edit.sort, edit.ops])).toEqual([["undo", []], ["redo", []], ["edit", [named("b")]]]);
  });

  test("does again what was taken back here where the server had nothing to take back", async () => {
    server.answers.push({ sort: "away" }, { sort: "refused", code: "edit.nothing_to_undo", message: "There is nothing to take back." });
    const first = page.queue.submit([named("a")], "canvas");
    await quiet(page);
    await page.queue.undo();
    await first;
    page.timers.at(-1)!.work();
    await expect(page.queue.undo()).rejects.toMatchObject({ code: "edit.nothing_to_undo" });
    await page.queue.redo();
    expect(server.calls.at(-1)!.edit.ops).toEqual([named("a")]);
  });

  test("does not take back an edit that is being sent", async () => {
    let open = () => {};
    server.gate = new Promise((resolve) => (open = resolve));
    const first = page.queue.submit([named("a")], "canvas");
    await quiet(page);
    const undo = page.queue.undo();
    open();
    expect((await first).revision).toBe(6);
    expect((await undo).revision).toBe(7);
  });

  test("counts what the page saw from elsewhere", async () => {
    page.queue.see(7);
    page.queue.see(6, stateOf(6));
    server.revision = 7;
    await page.queue.submit([named("a")], "canvas");
    expect(server.calls[0]!.base).toBe(7);
  });

  test("learns the draft from the answer", async () => {
    server.answers.push(() => ({ sort: "done", state: { ...stateOf(6), draft: 12 } }));
    await page.queue.submit([named("a")], "canvas");
    await page.queue.submit([named("b")], "canvas");
    expect(server.calls.map((call) => call.edit.draft)).toEqual([undefined, 12]);
  });

  test("names the draft it was made on", async () => {
    page.queue.draft = 12;
    await page.queue.submit([named("a")], "canvas");
    expect(server.calls[0]!.edit.draft).toBe(12);
  });
});

describe("a browser without storage", () => {
  test("keeps edits in memory", async () => {
    const refusing = { open: () => { throw new Error("denied"); } } as unknown as IDBFactory;
    expect(await openStore(refusing)).toBeInstanceOf(MemoryStore);
  });
});
