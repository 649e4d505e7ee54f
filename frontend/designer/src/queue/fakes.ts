// What tests of the queue stand on: a server, a page with its events and timers, and the time until nothing is under way.
import type { DraftState, Operation } from "../model/types";
import { EditQueue } from "./queue";
import type { News } from "./queue";
import type { Answer, QueuedEdit, Reading, Store, TypedForm } from "./types";

export const named = (value: string): Operation => ({ op: "set", target: "steps/reply", path: ["name"], value });
export const added = (key: string): Operation => ({ op: "add_step", key, kind: "set" });
export const stateOf = (revision: number, renamed?: Record<string, string>): DraftState => ({ revision, renamed }) as DraftState;

/** A server that takes every edit, unless `answers` has something else for it; `revision` may move on by itself. */
export class FakeServer {
  revision: number;
  answers: (Answer | ((edit: QueuedEdit) => Answer))[] = [];
  calls: { edit: QueuedEdit; base: number }[] = [];
  gate: Promise<void> = Promise.resolve();
  readings: Reading[] = [];
  read: TypedForm[] = [];

  constructor(revision = 5) {
    this.revision = revision;
  }

  readForm = async (typed: TypedForm): Promise<Reading> => {
    this.read.push(typed);
    return this.readings.shift() ?? { sort: "read", ops: [named(typed.body[0]![1])] };
  };

  send = async (edit: QueuedEdit, base: number): Promise<Answer> => {
    this.calls.push({ edit, base });
    await this.gate;
    const next = this.answers.shift();
    if (typeof next === "function") return next(edit);
    return next ?? { sort: "done", state: stateOf((this.revision += 1)) };
  };
}

export const typedIn = (value: string, url = "/flows/x/draft/steps/reply/"): TypedForm => ({ url, field: "with.to", body: [["v.text", value]] });

export class Page {
  events: { name: string; detail: any }[] = [];
  told: News[] = [];
  timers: { work: () => void; delay_ms: number }[] = [];
  queue: EditQueue;
  private number = 0;

  constructor(store: Store, server: FakeServer, session = "tab", revision = 5) {
    const around = {
      scope: "/edits/ ana",
      session,
      store,
      send: server.send,
      read: server.readForm,
      fire: (name: string, detail: unknown) => void this.events.push({ name, detail }),
      tell: (news: News) => void this.told.push(news),
      alone: (work: () => Promise<void>) => work(),
      later: (work: () => void, delay_ms: number) => void this.timers.push({ work, delay_ms }),
      newId: () => `${session}-${(this.number += 1)}`,
    };
    this.queue = new EditQueue(around, revision);
  }

  named = (name: string) => this.events.filter((event) => event.name === name).map((event) => event.detail);
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Until nothing of the queue is under way any more. */
export async function quiet(page: Page): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await settled();
  await page.queue.list();
}
