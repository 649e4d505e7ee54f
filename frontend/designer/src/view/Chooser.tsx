// A dialog with a list that filters while one types: kinds, ways on, steps. Arrow keys, Enter, Escape.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useCanvas } from "./context";
import { Icon } from "./Icon";
import { useView, type Choice, type Question } from "./viewstate";

const SHOWN = 60;

export function Chooser() {
  const { view } = useCanvas();
  const question = useView(view, (state) => state.question);
  return question ? <Asked key={question.title} question={question} /> : null;
}

function Asked({ question }: { question: Question }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = useMemo(() => filter(question, text), [question, text]);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    document.getElementById(`cv-choice-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const take = (choice: Choice | undefined) => {
    if (choice && !choice.isRefused) question.answer(choice);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const by = steps[event.key];
    if (by) {
      event.preventDefault();
      setAt((before) => Math.max(0, Math.min(found.length - 1, before + by)));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      take(found[at]);
    }
  };
  return (
    <dialog ref={dialog} className="cv-chooser" aria-labelledby="cv-chooser-title" onKeyDown={onKeyDown} onCancel={() => question.answer(null)}
      onClick={(event) => event.target === dialog.current && question.answer(null)}>
      <h2 id="cv-chooser-title">{question.title}</h2>
      <input className="form-control" type="text" role="combobox" aria-expanded="true" aria-controls="cv-choices" autoFocus autoComplete="off"
        aria-activedescendant={found.length > 0 ? `cv-choice-${at}` : undefined} aria-label={question.placeholder} placeholder={question.placeholder}
        value={text} onChange={(event) => { setText(event.target.value); setAt(0); }} />
      <ul id="cv-choices" role="listbox" aria-labelledby="cv-chooser-title">
        {found.map((choice, index) => (
          <li key={choice.id} id={`cv-choice-${index}`} role="option" aria-selected={index === at} aria-disabled={choice.isRefused ? true : undefined}
            className={index === at ? "is-at" : ""} onPointerMove={() => setAt(index)} onClick={() => take(choice)}>
            {choice.icon && <Icon name={choice.icon} />}
            <span>{choice.label}</span>
            {choice.note && <small>{choice.note}</small>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="cv-faint" role="status">Nothing has these words.</p>}
    </dialog>
  );
}

function filter(question: Question, text: string): Choice[] {
  const wanted = text.trim().toLowerCase();
  const rank = (choice: Choice) => (choice.label.toLowerCase().startsWith(wanted) ? 0 : choice.label.toLowerCase().includes(wanted) ? 1 : 2);
  const found = question.choices.filter((choice) =>
    `${choice.label} ${choice.words ?? ""} ${choice.note ?? ""} ${choice.group ?? ""}`.toLowerCase().includes(wanted),
  );
  if (wanted) found.sort((one, other) => rank(one) - rank(other));
  const isKnown = question.choices.some((choice) => choice.label.toLowerCase() === wanted || choice.id === wanted);
  if (question.free && wanted && !isKnown) {
    found.push({ id: text.trim(), label: question.free.replace("{}", text.trim()), icon: "plus" });
  }
  return found.slice(0, SHOWN);
}
