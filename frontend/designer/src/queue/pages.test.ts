import { describe, expect, test } from "vitest";
import { FakeServer, Page, named, quiet } from "./fakes";
import { MemoryStore } from "./store";

describe("two pages of one flow", () => {
  test("hear what the other one sent for them", async () => {
    const store = new MemoryStore();
    const server = new FakeServer();
    server.answers.push({ sort: "away" });
    const [one, other] = [new Page(store, server, "one"), new Page(store, server, "other")];
    const answer = one.queue.submit([named("a")], "canvas");
    await quiet(one);
    await other.queue.start();
    await quiet(other);
    expect(other.told).toHaveLength(1);
    other.told.forEach((news) => one.queue.hear(news));
    expect((await answer).revision).toBe(6);
    expect(one.named("changed")).toHaveLength(1);
  });

  test("show no state that says what an undo does in the other one", async () => {
    const store = new MemoryStore();
    const server = new FakeServer();
    const [one, other] = [new Page(store, server, "one"), new Page(store, server, "other")];
    await one.queue.submit([named("a")], "canvas");
    one.told.forEach((news) => other.queue.hear(news));
    expect(other.named("changed")).toEqual([{ revision: 6, source: "canvas" }]);
    expect(one.named("changed")[0].state).toBeDefined();
  });

  test("hear what was refused", async () => {
    const store = new MemoryStore();
    const server = new FakeServer();
    server.answers.push({ sort: "away" }, { sort: "refused", code: "edit.key", message: "No key." });
    const [one, other] = [new Page(store, server, "one"), new Page(store, server, "other")];
    const answer = one.queue.submit([named("a")], "canvas");
    answer.catch(() => undefined);
    await quiet(one);
    await other.queue.start();
    await quiet(other);
    other.told.forEach((news) => one.queue.hear(news));
    await expect(answer).rejects.toMatchObject({ code: "edit.key" });
  });
});
