// The one queue of edits of a page: in order, one at a time, kept until the server has taken them. Knows neither DOM nor HTTP.
//
// An edit keeps the revision it was made on, so that the server sees what others changed meanwhile; edits of one's own
// that went before it do not count as others'. The browser's other pages of the flow share the store; who holds the lock
// sends for all of them and tells the others what came back.
import { withNewKeys } from "../model/ops/renaming";
import type { DraftState, Operation } from "../model/types";
import { EditFailed } from "./types";
import type { Answer, Conflict, QueuedEdit, Reading, Store, TypedForm } from "./types";

/** What pages tell each other about an edit that one of them sent. */
export type News =
  | { sort: "done"; id: string; session: string; source: string; state: DraftState }
  | { sort: "failed"; id: string; code: string; message: string };

export interface Surroundings {
  scope: string;
  session: string;
  store: Store;
  send: (edit: QueuedEdit, base: number) => Promise<Answer>;
  /** Has a form read into operations. */
  read: (typed: TypedForm) => Promise<Reading>;
  /** Tells the page: `unsaved`, `changed`, `refused`, `conflict`. */
  fire: (name: string, detail: unknown) => void;
  /** Tells the other pages. */
  tell: (news: News) => void;
  /** Runs `work` while no other page sends. */
  alone: (work: () => Promise<void>) => Promise<void>;
  /** Calls back after so many milliseconds. */
  later: (work: () => void, delay_ms: number) => void;
  newId: () => string;
}

export type Choice = "mine" | "theirs";

/** What was taken back last: a change that the server never had, or one that it took back itself. */
type Undone = { ops: Operation[]; source: string; typed?: TypedForm } | "server";

interface Promised {
  resolve: (state: DraftState) => void;
  reject: (error: EditFailed) => void;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

export class EditQueue {
  /** The revision the page shows. */
  revision: number;
  draft: number | undefined;
  private count = 0;
  private arriving = 0; // counted already, and still on their way into the store: a list may have been asked for before
  private sending: number | null = null;
  private readonly taken = new Set<number>(); // taken back, also where a list of edits that is being read still has it
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = false;
  private waits = 0;
  private retryAt = 0;
  private own = { from: -1, to: -1 };
  private last: DraftState | null = null;
  private readonly promised = new Map<string, Promised>();
  private undone: Undone[] = [];
  private newest: QueuedEdit["sort"] | undefined; // of this page's own that wait

  constructor(
    private readonly around: Surroundings,
    revision: number,
  ) {
    this.revision = revision;
  }

  /** Sends what an earlier load of the page left. */
  async start(): Promise<void> {
    const edits = await this.list();
    this.report(edits);
    const conflict = edits[0]?.conflict;
    if (conflict) this.fireConflict(edits[0]!, conflict);
    await this.pump();
  }

  list(): Promise<QueuedEdit[]> {
    return this.around.store.list(this.around.scope);
  }

  /** How many edits the server has not taken yet. */
  pending(): number {
    return this.count;
  }

  /** Whether an undo takes back, and a redo sends again, what the server does not have: it has no words for that. */
  turns(): { undo: boolean; redo: boolean } {
    const top = this.undone.at(-1);
    return { undo: this.newest === "edit", redo: top !== undefined && top !== "server" };
  }

  /** The state behind the edit; rejects with `EditFailed` where it is refused. While the server is away it waits. */
  submit(ops: Operation[], source: string): Promise<DraftState> {
    this.undone = [];
    return this.add("edit", ops, source);
  }

  /**
   * Keeps what was typed into a field that the server has to read first, on the revision of now. What was typed into the
   * same field before and has not been read yet is replaced: both come to the same end.
   */
  async submitTyped(typed: TypedForm, source: string): Promise<DraftState> {
    this.undone = [];
    const isSame = (edit: QueuedEdit) => edit.typed?.url === typed.url && edit.typed.field === typed.field;
    const earlier = (await this.list()).find((edit) => isSame(edit) && edit.session === this.around.session && edit.seq !== this.sending);
    if (!earlier) return this.add("edit", [], source, typed);
    await this.around.store.put({ ...earlier, typed });
    void this.pump();
    return this.join(earlier.id);
  }

  /** Takes back the last edit: one that was not sent yet goes without a call. */
  async undo(): Promise<DraftState> {
    const mine = (await this.list()).filter((edit) => edit.session === this.around.session);
    const last = mine.at(-1);
    if (!last || last.sort !== "edit" || last.seq === this.sending) return this.undoThere();
    this.taken.add(last.seq);
    await this.around.store.remove(last.seq);
    this.undone.push({ ops: last.ops, source: last.source, typed: last.typed });
    const state = await this.current();
    this.settle(last.id, state);
    await this.refreshCount();
    this.around.fire("changed", { revision: this.revision, source: "undo", ...(this.last?.revision === this.revision ? { state: this.last } : {}) });
    if (last.conflict) void this.pump();
    return state;
  }

  redo(): Promise<DraftState> {
    const back = this.undone.pop();
    if (back === undefined || back === "server") return this.add("redo", [], "redo");
    return this.add("edit", back.ops, back.source, back.typed);
  }

  /** The server takes one back. What was taken back here before is done again after it. */
  private undoThere(): Promise<DraftState> {
    const [answer, before] = [this.add("undo", [], "undo"), this.undone];
    if (before.length === 0) return answer;
    before.push("server");
    answer.catch(() => before.splice(before.lastIndexOf("server"), 1));
    return answer;
  }

  /** Tries again at once, as after signing in or when the network is back. */
  retry(): Promise<void> {
    this.stopped = false;
    this.waits = 0;
    this.retryAt = 0;
    return this.pump();
  }

  /** Decides the conflict the queue stands at: send mine over theirs, or let mine go. */
  async resolve(id: string, choice: Choice): Promise<void> {
    const edit = (await this.list()).find((each) => each.id === id);
    if (!edit?.conflict) return;
    // The draft may be another one by now, if the first was published meanwhile: what is kept goes onto what is there.
    if (choice === "mine") await this.around.store.put({ ...withoutConflict(edit), base: edit.conflict.revision, draft: undefined });
    else await this.drop(edit, "edit.dropped", "What is there was kept.");
    await this.pump();
  }

  /** Lets one edit go, or all of them. */
  async discard(id?: string): Promise<void> {
    for (const edit of await this.list()) {
      if (id === undefined || edit.id === id) await this.drop(edit, "edit.dropped", "The change was discarded.");
    }
    await this.refreshCount();
    await this.pump();
  }

  /** The page shows another revision now. */
  see(revision: number, state?: DraftState): void {
    this.revision = Math.max(this.revision, revision);
    if (!state || state.revision < (this.last?.revision ?? 0)) return;
    this.last = state;
    this.draft = state.draft || this.draft;
  }

  /** Another page has sent an edit, of its own or one of ours. */
  hear(news: News): void {
    if (news.sort === "done") this.accept(news, news.state);
    if (news.sort === "failed") this.fail(news.id, new EditFailed(news.code, news.message));
    void this.refreshCount();
  }

  private async add(sort: QueuedEdit["sort"], ops: Operation[], source: string, typed?: TypedForm): Promise<DraftState> {
    const { scope, session, store } = this.around;
    const id = this.around.newId();
    const draft = this.draft === undefined ? {} : { draft: this.draft };
    const answer = new Promise<DraftState>((resolve, reject) => this.promised.set(id, { resolve, reject }));
    this.newest = sort;
    this.around.fire("unsaved", { count: (this.count += 1) });
    this.arriving += 1;
    try {
      await store.add({ scope, session, id, sort, base: this.revision, ops, source, ...draft, ...(typed ? { typed } : {}) });
    } finally {
      this.arriving -= 1;
    }
    void this.pump();
    return answer;
  }

  /** The end of an edit that somebody else of this page waits for already. */
  private join(id: string): Promise<DraftState> {
    const first = this.promised.get(id);
    return new Promise((resolve, reject) => {
      const both: Promised = {
        resolve: (state) => [first?.resolve, resolve].forEach((tell) => tell?.(state)),
        reject: (error) => [first?.reject, reject].forEach((tell) => tell?.(error)),
      };
      this.promised.set(id, both);
    });
  }

  /** Sends until the queue is empty or has to stand. Calls while it runs make it look once more. */
  private pump(): Promise<void> {
    this.again = true;
    this.running ??= this.around
      .alone(async () => {
        while (this.again) {
          this.again = false;
          await this.drain();
        }
      })
      .finally(() => {
        this.running = null;
        if (this.again) void this.pump();
      });
    return this.running;
  }

  private async drain(): Promise<void> {
    while (!this.stopped && this.retryAt === 0) {
      const edits = (await this.list()).filter((each) => !this.taken.has(each.seq));
      this.report(edits);
      const [edit] = edits;
      if (!edit || edit.conflict) return;
      this.sending = edit.seq;
      if (edit.typed) {
        await this.takeReading(edit, await this.around.read(edit.typed));
        this.sending = null;
        continue;
      }
      const base = this.baseOf(edit);
      const answer = await this.around.send(edit, base);
      await this.take(edit, base, answer);
      this.sending = null;
    }
  }

  /** Edits of one's own that were taken in a row since do not count: what the page showed was with them. */
  private baseOf(edit: QueuedEdit): number {
    return edit.base >= this.own.from && edit.base <= this.own.to ? this.own.to : edit.base;
  }

  private async take(edit: QueuedEdit, base: number, answer: Answer): Promise<void> {
    if (answer.sort !== "away") this.waits = 0;
    switch (answer.sort) {
      case "done":
        await this.around.store.remove(edit.seq);
        this.follow(base, answer.state.revision);
        await this.rename(edit, answer.state.renamed ?? {});
        this.accept(edit, answer.state);
        this.around.tell({ sort: "done", id: edit.id, session: edit.session, source: edit.source, state: answer.state });
        return;
      case "refused":
        return this.drop(edit, answer.code, answer.message);
      case "conflict":
        await this.around.store.put({ ...edit, conflict: answer.conflict });
        this.see(answer.conflict.revision);
        this.around.fire("changed", { revision: answer.conflict.revision, source: "elsewhere" });
        return this.fireConflict(edit, answer.conflict);
      case "stopped":
        this.stopped = true;
        this.around.fire("refused", { message: answer.message, code: answer.code });
        return;
      case "away":
        return this.wait();
    }
  }

  /** What was typed is an edit like any other from now on, or nothing where all stays as it is. */
  private async takeReading(edit: QueuedEdit, reading: Reading): Promise<void> {
    if (reading.sort !== "read") return this.take(edit, edit.base, reading);
    this.waits = 0;
    const { typed: _, ...rest } = edit;
    if (reading.ops.length > 0) return this.around.store.put({ ...rest, ops: reading.ops });
    await this.around.store.remove(edit.seq);
    this.settle(edit.id, await this.current());
    await this.refreshCount();
  }

  private follow(base: number, revision: number): void {
    if (base < this.own.from || base > this.own.to) this.own = { from: base, to: base };
    if (revision === base + 1) this.own.to = revision;
    else if (revision > base + 1) this.own = { from: revision, to: revision };
  }

  private wait(): void {
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.waits, LONGEST_DELAY_MS);
    this.waits += 1;
    const turn = (this.retryAt = this.waits);
    this.around.later(() => {
      if (this.retryAt !== turn) return;
      this.retryAt = 0;
      void this.pump();
    }, delay);
  }

  /** A key that was taken has another one now: what waits behind means that one. */
  private async rename(sent: QueuedEdit, keys: Record<string, string>): Promise<void> {
    if (!Object.keys(keys).length) return;
    for (const edit of await this.list()) {
      if (edit.session !== sent.session) continue;
      const typed = edit.typed ? { typed: { ...edit.typed, url: withNewKey(edit.typed.url, keys) } } : {};
      await this.around.store.put({ ...edit, ops: edit.ops.map((op) => withNewKeys(op, keys)), ...typed });
    }
  }

  private async drop(edit: QueuedEdit, code: string, message: string): Promise<void> {
    await this.around.store.remove(edit.seq);
    this.fail(edit.id, new EditFailed(code, message));
    if (code !== "edit.dropped") this.around.fire("refused", { message, code });
    this.around.tell({ sort: "failed", id: edit.id, code, message });
  }

  /** The answer to another page says what an undo does there, so that is no state to show here. */
  private accept({ id, session, source }: Pick<QueuedEdit, "id" | "session" | "source">, state: DraftState): void {
    const isOwn = session === this.around.session;
    this.see(state.revision, isOwn ? state : undefined);
    this.draft = state.draft || this.draft;
    this.settle(id, state);
    this.around.fire("changed", { revision: state.revision, source, ...(isOwn ? { state } : {}) });
  }

  private settle(id: string, state: DraftState): void {
    this.promised.get(id)?.resolve(state);
    this.promised.delete(id);
  }

  private fail(id: string, error: EditFailed): void {
    this.promised.get(id)?.reject(error);
    this.promised.delete(id);
  }

  /** The state as it was heard of last; before the first answer only its revision is known. */
  private async current(): Promise<DraftState> {
    return { ...(this.last ?? { revision: this.revision }), turned: undefined } as DraftState;
  }

  private fireConflict(edit: QueuedEdit, conflict: Conflict): void {
    const { id, ops: mine, source } = edit;
    this.around.fire("conflict", { id, mine, source, theirs: conflict.theirs, message: conflict.message, revision: conflict.revision });
  }

  private async refreshCount(): Promise<void> {
    this.report(await this.list());
  }

  private report(edits: QueuedEdit[]): void {
    this.newest = edits.filter((edit) => edit.session === this.around.session).at(-1)?.sort;
    const count = edits.length + this.arriving;
    if (count === this.count) return;
    this.count = count;
    this.around.fire("unsaved", { count: this.count });
  }
}

function withoutConflict(edit: QueuedEdit): QueuedEdit {
  const { conflict: _, ...rest } = edit;
  return rest;
}

/** `/flows/orders/draft/steps/ask/` of a step that has another key now. */
function withNewKey(url: string, keys: Record<string, string>): string {
  return url.replace(/\/steps\/([^/]+)\//, (whole, key: string) => (keys[key] ? `/steps/${keys[key]}/` : whole));
}
