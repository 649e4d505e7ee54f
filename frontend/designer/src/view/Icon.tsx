// An icon of the product's sprite; the words beside it say what it means.
import { useCanvas } from "./context";

export function Icon({ name }: { name: string }) {
  const { sprite } = useCanvas();
  return (
    <svg className="icon" aria-hidden="true">
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}
