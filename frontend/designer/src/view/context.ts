// Hands the session, the view's state and the commands to the components.
import { createContext, useContext } from "react";
import type { Commands } from "./commands";
import type { Session } from "./session";
import type { View } from "./viewstate";

export interface CanvasContext {
  session: Session;
  view: View;
  commands: Commands;
  sprite: string;
}

export const Context = createContext<CanvasContext | null>(null);

export function useCanvas(): CanvasContext {
  const found = useContext(Context);
  if (!found) throw new Error("There is no canvas round this component");
  return found;
}
