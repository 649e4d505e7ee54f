// The drawing surface: hands the scene to the library and what people do with the pointer to the commands.
import { Background, BackgroundVariant, ConnectionMode, MiniMap, ReactFlow, SelectionMode, ViewportPortal, type Connection } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore, type DragEvent, type MouseEvent } from "react";
import { Chooser } from "./Chooser";
import { useCanvas } from "./context";
import { HelpSheet, LiveRegion, TouchBar, ZoomBar } from "./Controls";
import { isStepId, type Element, type LinkElement } from "./elements";
import { pressKey } from "./keys";
import { FrameTitles, GroupNode, NoteNode } from "./NoteNode";
import { Pointer } from "./pointer";
import { StepList } from "./StepList";
import { StepNode } from "./StepNode";
import { DrawnLink, LinkButtons, StepLink, Tips } from "./StepLink";
import { Sync } from "./sync";
import { useView } from "./viewstate";

const NODE_TYPES = { step: StepNode, note: NoteNode, frame: GroupNode };
const EDGE_TYPES = { link: StepLink };
const MANY = 150; // beyond so many elements only what is seen is in the page
const PRO = { hideAttribution: true };
const FIT = { padding: 0.1, maxZoom: 1, minZoom: 0.4 };
const SELECT_KEYS = ["Shift", "Meta", "Control"];

export function Canvas({ label }: { label: string }) {
  const canvas = useCanvas();
  const { session, view, commands } = canvas;
  const isEditable = useView(view, (state) => state.mode === "edit");
  const orientation = useView(view, (state) => state.orientation);
  const sync = useMemo(() => new Sync(canvas), [canvas]);
  const pointer = useMemo(() => new Pointer(canvas), [canvas]);
  const first = useRef(sync.make());
  const isMany = session.scene.steps.length > MANY;
  const isMovable = isEditable && orientation === "wide";

  useEffect(() => {
    const follow = () => sync.follow();
    const stop = [session.subscribe(follow), view.subscribe(() => sync.followView())];
    return () => stop.forEach((each) => each());
  }, [session, view, sync]);

  const onInit = useCallback(
    (flow: typeof commands.flow) => {
      commands.flow = flow;
      sync.start();
      if (view.state.orientation === "tall") commands.arrange.begin();
      performance.mark("canvas-painted");
      commands.root.dataset.ready = "yes";
    },
    [commands, sync, view],
  );
  const isValid = useCallback(
    (link: Connection | LinkElement) => commands.whyNotConnect(link.source, link.sourceHandle ?? "next", link.target) === null,
    [commands],
  );
  return (
    <>
      <div className="cv" role="application" tabIndex={-1} aria-roledescription="canvas" aria-label={label} onKeyDown={(event) => pressKey(event, commands)}
        onFocus={(event) => pointer.takeFocus(event)} onDragOver={(event: DragEvent) => pointer.dragOver(event)}
        onDrop={(event: DragEvent) => pointer.drop(event)}>
        <ReactFlow<Element, LinkElement>
          defaultNodes={first.current.nodes}
          defaultEdges={first.current.edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onInit={onInit}
          fitView={orientation === "wide"}
          fitViewOptions={FIT}
          minZoom={0.1}
          maxZoom={2}
          proOptions={PRO}
          connectionMode={ConnectionMode.Strict}
          connectionLineComponent={DrawnLink}
          connectionRadius={28}
          isValidConnection={isValid}
          onConnect={pointer.connect}
          onConnectStart={pointer.connectStart}
          onConnectEnd={pointer.connectEnd}
          onReconnect={pointer.reconnect}
          onReconnectStart={pointer.reconnectStart}
          onReconnectEnd={pointer.reconnectEnd}
          onNodeClick={pointer.click}
          onNodeDoubleClick={pointer.doubleClick}
          onNodeDragStart={pointer.dragStart}
          onNodeDrag={pointer.drag}
          onNodeDragStop={pointer.dragStop}
          onSelectionDragStop={pointer.selectionDragStop}
          onPaneClick={pointer.clickPane}
          onEdgeClick={pointer.clickLink}
          onEdgeMouseEnter={pointer.enterLink}
          onEdgeMouseLeave={pointer.leaveLink}
          onMoveStart={pointer.hideTools}
          nodesDraggable={isMovable}
          nodesConnectable={isEditable}
          connectOnClick={false}
          nodesFocusable={false}
          edgesFocusable={false}
          edgesReconnectable={isEditable}
          deleteKeyCode={null}
          selectionKeyCode="Shift"
          multiSelectionKeyCode={SELECT_KEYS}
          selectionMode={SelectionMode.Partial}
          selectNodesOnDrag={false}
          elevateNodesOnSelect={false}
          disableKeyboardA11y
          onlyRenderVisibleElements={isMany}
          nodeDragThreshold={3}
          snapToGrid
          snapGrid={GRID_STEP}
          panOnScroll={false}
          zoomOnDoubleClick={false}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.6} />
          <Tips />
          <ViewportPortal>
            <FrameTitles />
            <LinkButtons />
          </ViewportPortal>
          <ZoomBar />
          <TouchBar />
          {orientation === "wide" && <MiniMap pannable zoomable position="bottom-right" className="cv-map" ariaLabel="Small map of the flow" nodeClassName={classOnMap} style={MAP_SIZE} offsetScale={4} />}
        </ReactFlow>
        {isEditable && <EmptyHint />}
        <Chooser />
        <HelpSheet />
        <LiveRegion />
      </div>
      {isMany && <StepList />}
    </>
  );
}

const MAP_SIZE = { width: 150, height: 96 };
const GRID_STEP: [number, number] = [10, 10];

function classOnMap(node: Element): string {
  return isStepId(node.id) ? (node.selected ? "cv-map-pick" : "cv-map-node") : "cv-map-other";
}

function EmptyHint() {
  const { commands, session } = useCanvas();
  const isEmpty = useSyncExternalStore(session.subscribe, () => session.getScene().steps.length <= 1); // the start alone
  if (!isEmpty) return null;
  const add = (event: MouseEvent) => {
    event.preventDefault();
    void commands.addAfter("trigger", "next");
  };
  return (
    <div className="cv-empty">
      <p>Drag a step from the list at the left, or</p>
      <button type="button" className="btn" onClick={add}>
        Add the first step
      </button>
    </div>
  );
}
