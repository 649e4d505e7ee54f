// All steps in reading order for screen readers, where the drawing has only those in sight in the page. It stands beside the
// drawing, which is an application with keys of its own; nobody else sees it.
import { memo, useCallback, useDeferredValue, useSyncExternalStore } from "react";
import { useCanvas } from "./context";
import type { Scene } from "./session";
import { count, nameStep } from "./words";

/** Waits until nothing else is to be drawn. */
export function StepList() {
  const { session } = useCanvas();
  const scene = useDeferredValue(useSyncExternalStore(session.subscribe, session.getScene));
  return <Rows scene={scene} />;
}

const Rows = memo(function Rows({ scene }: { scene: Scene }) {
  const { commands } = useCanvas();
  const titles = new Map(scene.steps.map((step) => [step.key, step.info.title]));
  const titleOf = (key: string) => titles.get(key) ?? key;
  const pick = useCallback((key: string) => commands.choose(key), [commands]);
  return (
    <nav className="visually-hidden" aria-label={`All ${count(scene.steps.length, "step")} in order. Each leads to its step on the canvas.`}>
      <ol>
        {scene.steps.map((step) => (
          <Row key={step.key} id={step.key} name={nameStep(step, titleOf)} pick={pick} />
        ))}
      </ol>
    </nav>
  );
});

/** Not among what Tab reaches: the arrow keys walk the drawing itself. */
const Row = memo(function Row({ id, name, pick }: { id: string; name: string; pick: (key: string) => void }) {
  return (
    <li>
      <button type="button" tabIndex={-1} data-lists={id} onClick={() => pick(id)}>
        {name}
      </button>
    </li>
  );
});
