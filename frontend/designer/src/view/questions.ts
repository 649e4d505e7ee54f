// What the canvas asks by a list that filters while one types: a kind, a way on, a step. Words only.
import type { Kinds } from "../model/types";
import { isForAllErrors } from "./flow";
import type { Session } from "./session";
import { TRIGGER, type CanvasStep } from "./types";
import type { Choice, View } from "./viewstate";

const FEW = 60; // of so many steps it is said for each why it cannot be chosen
const GROUPS: Record<string, string> = { people: "People", logic: "Logic", cases: "Cases", systems: "Systems" };

/** A kind's key, null when nothing was chosen. */
export async function chooseKind(view: View, kinds: Kinds, title: string): Promise<string | null> {
  const choices = kinds.kinds.map((kind): Choice => {
    const group = GROUPS[kind.group] ?? kind.group;
    return { id: kind.key, label: kind.label, note: kind.text, icon: kind.icon, group, words: kind.key };
  });
  return (await view.ask({ title, placeholder: "Find a step", choices }))?.id ?? null;
}

/** A port of the step; at once the only one there is to choose. */
export async function choosePort(view: View, session: Session, step: CanvasStep, { onlyFree = false }): Promise<string | null> {
  const linked = new Map(step.links.map((link) => [link.port, link.target]));
  const known = new Map(step.info.exits.map((exit) => [exit.port, exit.label || exit.port]));
  for (const link of step.links) if (!known.has(link.port)) known.set(link.port, link.label || link.port);
  if (!step.isTrigger) known.set("error", "error");
  const choices = [...known].map(([port, label]): Choice => {
    const target = linked.get(port);
    const note = target ? `leads to ${session.titleOf(target)}` : port === "error" ? (step.isTrigger ? "when any step fails" : "when the step fails") : "leads nowhere yet";
    return { id: port, label: port === "next" && !label ? "next" : label, note, icon: port === "error" ? "alert-triangle" : "arrow-right" };
  });
  const offered = onlyFree ? choices.filter((choice) => !linked.has(choice.id)) : choices;
  const kind = session.kinds.kinds.find((each) => each.key === step.info.kind);
  const free = kind?.free_ports ? "A new path called “{}”" : undefined;
  if (offered.length === 1 && !free) return offered[0]?.id ?? null;
  const chosen = await view.ask({
    title: `Which way on from ${step.info.title}?`,
    placeholder: free ? "Find a way on, or name a new one" : "Find a way on",
    choices: offered,
    ...(free ? { free } : {}),
  });
  return chosen ? portOf(chosen.id) : null;
}

function portOf(words: string): string {
  return words.trim().toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_");
}

function wayOf(from: CanvasStep | undefined, port: string): string {
  return from?.info.exits.find((exit) => exit.port === port)?.label || from?.links.find((link) => link.port === port)?.label || port;
}

/** A step's key, `+new` for a step to add, `+none` to let the way end here, null for no answer. */
export async function chooseTarget(view: View, session: Session, source: string, port: string): Promise<string | null> {
  const from = session.step(source);
  const legal = session.legalTargets(source, port);
  const isFew = session.scene.steps.length <= FEW;
  const present = from?.links.find((link) => link.port === port)?.target;
  const choices = session.scene.steps
    .filter((step) => !step.isTrigger && step.key !== TRIGGER)
    .map((step): Choice => {
      const why = legal.has(step.key) ? null : ((isFew ? session.whyNotConnect(source, port, step.key) : null) ?? "No link may lead there from here");
      const note = step.key === present ? "leads there now" : (why ?? step.info.kind_label);
      const choice = { id: step.key, label: step.info.title, note, icon: step.info.icon, words: step.key };
      return why ? { ...choice, isRefused: why } : choice;
    })
    .sort((one, other) => Number(Boolean(one.isRefused)) - Number(Boolean(other.isRefused)));
  const extra: Choice[] = isForAllErrors(source, port) ? [] : [{ id: "+new", label: "A new step…", icon: "plus", note: "choose its kind" }];
  if (present) extra.push({ id: "+none", label: "Nothing: the way ends here", icon: "player-stop", note: "removes the link" });
  const word = port === "next" ? "" : ` by ${wayOf(from, port)}`;
  const title = `Where does ${session.titleOf(source)} lead${word}?`;
  return (await view.ask({ title, placeholder: "Find a step", choices: [...extra, ...choices] }))?.id ?? null;
}
