// One call to the server, and what its answer means for the queue. Knows HTTP and nothing of order or storage.
import type { DraftState, Operation } from "../model/types";
import type { Answer, Clash, QueuedEdit, Reading, TypedForm } from "./types";

export interface Wire {
  editsUrl: string;
  /** Headers of every call: the token against forged requests. */
  headers: () => Record<string, string>;
  fetch: typeof fetch;
  /** Gets the page a new token, where who opened it is signed in. */
  renew: () => Promise<Renewal>;
}

/** `other`: somebody else is signed in in this browser now. */
export type Renewal = "renewed" | "signed_out" | "other" | "away";

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  op?: number;
  revision?: number;
  paths?: Clash[];
}

const SIGN_IN = "You are not signed in any more. Sign in again in another window; what you changed is kept here and is sent then.";
const OTHER = "Somebody else is signed in in this browser now. Sign in again as who opened this page; what you changed is kept here and is sent then.";
const FORBIDDEN = "You may not change this flow any more. What you changed is kept here; ask a publisher of its team.";
const GONE = "This flow is not there any more. What you changed is kept here; copy it into another flow.";

/** Sends one edit. Never throws: a server that cannot be reached is an answer too. */
export async function sendEdit(wire: Wire, edit: QueuedEdit, base: number): Promise<Answer> {
  const { id, session, draft, ops, source } = edit;
  const body = edit.sort === "edit" ? { id, base, ops, source, session, ...(draft === undefined ? {} : { draft }) } : { id, session };
  const url = edit.sort === "edit" ? wire.editsUrl : wire.editsUrl.replace(/edits\/$/, `${edit.sort}/`);
  const post = () =>
    wire.fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...wire.headers() },
      body: JSON.stringify(body),
    });
  try {
    const answer = await read(await post());
    if (answer !== OLD_TOKEN) return answer;
    const renewal = await wire.renew();
    if (renewal !== "renewed") return afterRenewal(renewal);
    const again = await read(await post());
    return again === OLD_TOKEN ? afterRenewal("signed_out") : again;
  } catch {
    return { sort: "away" };
  }
}

/** Has a form read into operations; nothing is changed by it. Never throws, as `sendEdit`. */
export async function readForm(wire: Wire, typed: TypedForm): Promise<Reading> {
  const post = () =>
    wire.fetch(typed.url, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-Inspector": "1", ...wire.headers() },
      body: new URLSearchParams(typed.body),
    });
  try {
    const answer = await readOps(await post());
    if (answer !== OLD_TOKEN) return answer;
    const renewal = await wire.renew();
    if (renewal !== "renewed") return afterRenewal(renewal);
    const again = await readOps(await post());
    return again === OLD_TOKEN ? afterRenewal("signed_out") : again;
  } catch {
    return { sort: "away" };
  }
}

async function readOps(response: Response): Promise<Reading | typeof OLD_TOKEN> {
  const known = /json/.test(response.headers.get("Content-Type") ?? "") ? ((await json(response.clone())) as Read | null) : null;
  if (response.ok && !response.redirected) return Array.isArray(known?.ops) ? { sort: "read", ops: known.ops } : { sort: "away" };
  if (response.status === 400 && known?.refusal) return { sort: "refused", code: "edit.unreadable", message: known.refusal };
  // An accident over this form is no outage: it must not hold up what waits behind it.
  if (response.status === 500) return { sort: "refused", code: "edit.unreadable", message: "What was typed could not be read. Type it anew." };
  const answer = await read(response);
  return answer === OLD_TOKEN || (answer.sort !== "done" && answer.sort !== "conflict") ? answer : { sort: "away" };
}

interface Read {
  ops?: Operation[];
  refusal?: string;
}

function afterRenewal(renewal: Exclude<Renewal, "renewed">): Extract<Answer, { sort: "away" | "stopped" }> {
  if (renewal === "away") return { sort: "away" };
  if (renewal === "other") return { sort: "stopped", code: "edit.other_person", message: OTHER };
  return { sort: "stopped", code: "edit.signed_out", message: SIGN_IN };
}

/** A sign-in in another window has made the page's token an old one. */
const OLD_TOKEN = "old token";

async function read(response: Response): Promise<Answer | typeof OLD_TOKEN> {
  const { status } = response;
  if (status >= 500 || status === 429 || status === 408) return { sort: "away" };
  // What comes behind a redirect is another page's answer, the sign-in's most likely, which speaks JSON too.
  if (status === 401 || response.redirected) return afterRenewal("signed_out");
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  const data = isJson ? await json(response) : null;
  if (response.ok) return isState(data) ? { sort: "done", state: data } : { sort: "away" };
  const problem = (data ?? {}) as Problem;
  return readProblem(status, problem);
}

function readProblem(status: number, problem: Problem): Answer | typeof OLD_TOKEN {
  const message = problem.detail ?? problem.title;
  if (status === 403 && problem.code === "request.csrf") return OLD_TOKEN;
  if (status === 403) {
    const isPlain = !problem.code || problem.code === "request.forbidden";
    return isPlain ? { sort: "stopped", code: "edit.forbidden", message: FORBIDDEN } : { sort: "stopped", code: problem.code!, message: message ?? FORBIDDEN };
  }
  if (status === 404) return { sort: "stopped", code: "edit.gone", message: GONE };
  const fallback = "The server did not take this change. Load the page again and repeat it.";
  if (status === 409 && problem.code === "draft.conflict") {
    return { sort: "conflict", conflict: { message: message ?? fallback, revision: problem.revision ?? 0, theirs: problem.paths ?? [] } };
  }
  return { sort: "refused", code: problem.code ?? "edit.refused", message: message ?? fallback, op: problem.op };
}

function isState(data: unknown): data is DraftState {
  return typeof (data as DraftState | null)?.revision === "number";
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null; // cut off on its way: the same edit is sent again under its id
  }
}
