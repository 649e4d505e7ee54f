// What the view remembers beside the flow: focus, name being typed, question asked, overlay, what was said. No DOM.
import { useSyncExternalStore } from "react";
import type { Mode, Orientation, Overlay } from "./types";

/** One answer of a question. `words` are searched besides the label. */
export interface Choice {
  id: string;
  label: string;
  note?: string;
  icon?: string;
  group?: string;
  words?: string;
  isRefused?: string;
}

/** Asked in a dialog with a filter. `free` says how what was typed may be taken as it is: "Name the path “{}”". */
export interface Question {
  title: string;
  placeholder: string;
  choices: Choice[];
  free?: string;
  answer: (choice: Choice | null) => void;
}

export interface LinkTools {
  source: string;
  port: string;
  target: string;
  x: number;
  y: number;
}

export interface ViewState {
  mode: Mode;
  orientation: Orientation;
  focus: string | null;
  naming: string | null;
  question: Question | null;
  overlay: Overlay | null;
  tools: LinkTools | null;
  connecting: { source: string; port: string } | null;
  isHelping: boolean;
  said: string;
}

/** Holds the state; whoever listens is told once for each change. */
export class View {
  private listeners = new Set<() => void>();

  constructor(public state: ViewState) {}

  set(change: Partial<ViewState>): void {
    const names = Object.keys(change) as (keyof ViewState)[];
    if (names.every((name) => Object.is(this.state[name], change[name]))) return;
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  /** Says something to screen readers; the same words twice are heard twice. */
  say(words: string): void {
    this.set({ said: this.state.said === words ? `${words}\u00a0` : words });
  }

  /** Asks with a dialog; null when it was closed without an answer. */
  ask(question: Omit<Question, "answer">): Promise<Choice | null> {
    return new Promise((resolve) => {
      this.state.question?.answer(null);
      const answer = (choice: Choice | null) => {
        this.set({ question: null });
        resolve(choice);
      };
      this.set({ question: { ...question, answer } });
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** A part of the state; renders again only when that part changes. */
export function useView<Part>(view: View, select: (state: ViewState) => Part): Part {
  return useSyncExternalStore(view.subscribe, () => select(view.state));
}

export function firstState(mode: Mode, orientation: Orientation): ViewState {
  return {
    mode,
    orientation,
    focus: null,
    naming: null,
    question: null,
    overlay: null,
    tools: null,
    connecting: null,
    isHelping: false,
    said: "",
  };
}
