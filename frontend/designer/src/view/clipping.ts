// Copy, cut, paste and duplicate, within a flow and between flows: what is copied is a piece of a flow file, as plain text.
import type { Fragment } from "../model/types";
import type { Commands } from "./commands";
import { isStepId, NOTE_PREFIX } from "./elements";
import { copyText, cutFragment, readText } from "./model";
import { firstFreePort } from "./commands";
import { clearPlace } from "./placing";
import { count } from "./words";

export class Clipping {
  constructor(private readonly commands: Commands) {}

  /** Puts the chosen steps and notes on the clipboard of this event. False when nothing is chosen. */
  copy(event: ClipboardEvent): boolean {
    const fragment = this.fragment();
    if (!fragment) return false;
    event.clipboardData?.setData("text/plain", copyText(fragment));
    event.preventDefault();
    this.commands.view.say(`${this.say(fragment)} copied`);
    return true;
  }

  async cut(event: ClipboardEvent): Promise<void> {
    if (this.copy(event)) await this.commands.removeChosen();
  }

  /** Takes what another flow, a flow file or this canvas put on the clipboard. */
  async paste(event: ClipboardEvent): Promise<void> {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!text.trim()) return;
    event.preventDefault();
    const found = readText(text);
    if (typeof found === "string") return this.commands.refuse(found, "edit.paste");
    await this.insert(found);
  }

  async duplicate(): Promise<void> {
    const fragment = this.fragment();
    if (fragment) await this.insert(fragment);
  }

  private async insert(fragment: Fragment): Promise<void> {
    const { commands } = this;
    const { session } = commands;
    const focus = commands.view.state.focus;
    const from = focus && isStepId(focus) ? session.step(focus) : undefined;
    const place = from ? (session.scene.places.get(from.key) ?? [0, 0]) : [0, 0];
    const at = clearPlace(session.scene, [(place[0] ?? 0) + 40, (place[1] ?? 0) + 140]);
    const isFree = from && !from.links.some((link) => link.port === firstFreePort(from)) && !(from.key in fragment.steps);
    const after = isFree && Object.keys(fragment.steps).length > 0 ? { after: { step: from.key, port: firstFreePort(from) } } : {};
    const renamed = await commands.edit([{ op: "paste", fragment, at, ...after }], `${this.say(fragment)} pasted`);
    const first = Object.keys(fragment.steps)[0];
    if (renamed && first && commands.view.state.focus === focus) commands.choose(renamed[first] ?? first);
  }

  private fragment(): Fragment | null {
    const { session } = this.commands;
    const ids = this.commands.chosen();
    const steps = this.commands.chosenSteps();
    const notes = ids.filter((id) => id.startsWith(NOTE_PREFIX)).map((id) => id.slice(NOTE_PREFIX.length));
    return steps.length + notes.length > 0 ? cutFragment(session.scene.document, steps, notes, session.scene.places) : null;
  }

  private say(fragment: Fragment): string {
    const steps = Object.keys(fragment.steps).length;
    const notes = Object.keys(fragment.notes ?? {}).length;
    return [steps ? count(steps, "step") : "", notes ? count(notes, "note") : ""].filter(Boolean).join(" and ");
  }
}
