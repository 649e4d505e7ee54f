// The drawing library as it comes, with as many default nodes as it is asked for: what the canvas is measured against.
import "@xyflow/react/dist/style.css";
import { ReactFlow, type Edge, type Node } from "@xyflow/react";
import { createRoot } from "react-dom/client";

const COLUMNS = 25;
const root = document.getElementById("canvas");
const count = Number(root?.dataset.count ?? 500);
const nodes = Array.from({ length: count }, (_, index): Node => {
  const position = { x: (index % COLUMNS) * 280, y: Math.floor(index / COLUMNS) * 150 };
  return { id: `s${index}`, position, data: { label: `Step ${index}` } };
});
const edges = nodes.slice(1).map((node, index): Edge => ({ id: `e${index}`, source: `s${index}`, target: node.id }));

if (root) {
  const ready = () => (root.dataset.ready = "yes");
  createRoot(root).render(<ReactFlow defaultNodes={nodes} defaultEdges={edges} fitView minZoom={0.1} onInit={ready} />);
}
