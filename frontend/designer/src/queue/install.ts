// Puts the one queue of edits on the page as `window.IntegratorEdits`, beside the DOM events the parts of the designer share.
import type { DraftState, EditRequest, Operation } from "../model/types";
import { EditQueue } from "./queue";
import type { Choice, News } from "./queue";
import { readForm, sendEdit, type Renewal } from "./sending";
import { openStore } from "./store";
import type { QueuedEdit, TypedForm } from "./types";

export interface Edits {
  submit(ops: Operation[], source: string): Promise<DraftState>;
  /** What was typed into a field that the server has to read first, kept until it can. */
  submitTyped(typed: TypedForm, source: string): Promise<DraftState>;
  undo(): Promise<DraftState>;
  redo(): Promise<DraftState>;
  /** Whether an undo takes back, and a redo sends again, what the server does not have. */
  turns(): { undo: boolean; redo: boolean };
  pending(): number;
  /** The edits on their way, oldest first, for views that show them already. */
  waiting(): Promise<QueuedEdit[]>;
  retry(): Promise<void>;
  discard(id?: string): Promise<void>;
  resolve(id: string, choice: Choice): Promise<void>;
  /** The page's calls carry the token of the newest sign-in from now on. Only once it is known that it is the same person's. */
  keepToken(): void;
}

declare global {
  interface Window {
    IntegratorEdits: Edits;
  }
}

const root = document.getElementById("designer");
if (root?.dataset.editsUrl) install(root, root.dataset.editsUrl);

/** The page's other modules have run, and hear what an earlier load left: modules run before `DOMContentLoaded`. */
function othersListen(): Promise<void> {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("DOMContentLoaded", () => resolve(), { once: true });
    window.addEventListener("load", () => resolve(), { once: true });
  });
}

function install(element: HTMLElement, editsUrl: string): void {
  const session = newId();
  element.dataset.session = session; // what the state says of undo and redo is this page's
  const scope = `${editsUrl} ${element.dataset.person ?? ""}`;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`integrator-edits ${scope}`) : null;
  const headers = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  const renew = () => renewToken(element);
  const wire = { editsUrl, headers, fetch: window.fetch.bind(window), renew };
  const ready = openStore(window.indexedDB).then((store) => {
    const queue = new EditQueue(
      {
        scope,
        session,
        store,
        send: (edit, base) => sendEdit(wire, edit, base),
        read: (typed) => readForm(wire, typed),
        fire: (name, detail) => document.dispatchEvent(new CustomEvent(`designer:${name}`, { detail })),
        tell: (news) => channel?.postMessage(news),
        alone: (work) => alone(`integrator-edits ${scope}`, work),
        later: (work, delay_ms) => window.setTimeout(work, delay_ms),
        newId,
      },
      Number(element.dataset.revision ?? 0),
    );
    queue.draft = element.dataset.draft ? Number(element.dataset.draft) : undefined;
    channel?.addEventListener("message", (event: MessageEvent<News>) => queue.hear(event.data));
    void othersListen().then(() => queue.start());
    return queue;
  });
  let count = () => 0;
  let turns = () => ({ undo: false, redo: false });
  void ready.then((queue) => {
    count = () => queue.pending();
    turns = () => queue.turns();
  });
  listen(ready);
  window.IntegratorEdits = {
    submit: async (ops, source) => (await ready).submit(ops, source),
    submitTyped: async (typed, source) => (await ready).submitTyped(typed, source),
    undo: async () => (await ready).undo(),
    redo: async () => (await ready).redo(),
    turns: () => turns(),
    pending: () => count(),
    waiting: async () => (await ready).list(),
    retry: async () => (await ready).retry(),
    discard: async (id) => (await ready).discard(id),
    resolve: async (id, choice) => (await ready).resolve(id, choice),
    keepToken,
  };
}

/** Asks who is signed in, and takes up their token where it is who opened the page. */
async function renewToken(element: HTMLElement): Promise<Renewal> {
  const response = await window.fetch(element.dataset.pulseUrl ?? "", { headers: { Accept: "application/json" } });
  if (response.status === 401 || response.redirected) return "signed_out";
  if (response.status >= 500) return "away";
  if (!response.ok) return "other";
  const { person } = (await response.json()) as { person?: number };
  if (String(person) !== element.dataset.person) return "other";
  keepToken();
  return "renewed";
}

function keepToken(): void {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  if (!token || headers["X-CSRFToken"] === token) return;
  document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": token }));
  for (const field of document.querySelectorAll<HTMLInputElement>("input[name=csrfmiddlewaretoken]")) field.value = token;
}

function listen(ready: Promise<EditQueue>): void {
  document.addEventListener("designer:edit", (event) => {
    const { ops, source } = (event as CustomEvent<EditRequest>).detail;
    // What goes wrong is told by `designer:refused`; who fires an event has nobody to tell.
    window.IntegratorEdits.submit(ops, source ?? "page").catch(() => undefined);
  });
  document.addEventListener("designer:changed", (event) => {
    const { revision, state } = (event as CustomEvent<{ revision: number; state?: DraftState }>).detail;
    void ready.then((queue) => queue.see(Number(revision), state));
  });
  window.addEventListener("online", () => void ready.then((queue) => queue.retry()));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void ready.then((queue) => (queue.pending() ? queue.retry() : undefined));
  });
}

/** Browsers lock for pages served safely only; elsewhere the server tells repeated edits by their ids. */
async function alone(name: string, work: () => Promise<void>): Promise<void> {
  if ("locks" in navigator) await navigator.locks.request(name, work);
  else await work();
}

/** A random UUID (RFC 9562, version 4), on plain HTTP too, where `crypto.randomUUID` is missing. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
