// Owns the one element the canvas lives in; the page round it belongs to the server.
import "@xyflow/react/dist/base.css";
import "./styles/canvas.css";
import { mountCanvas } from "./view/mount";

const root = document.getElementById("canvas");
if (root) void mountCanvas(root);
