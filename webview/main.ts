/** Entry of every panel: hands what the engine sends to the panel that draws it, and holds nothing itself. */
import "./panel.css";
import { drawCompare } from "./compare/panel.ts";
import { drawGenerate } from "./generate/panel.ts";
import { drawMeasure } from "./measure/panel.ts";
import type { Memory } from "./memory.ts";
import { draw as drawMonitor } from "./monitor/panel.ts";
import { drawReview } from "./review/panel.ts";
import { drawRun } from "./run/panel.ts";
import { drawScore } from "./score/panel.ts";
import { drawSweep } from "./sweep/panel.ts";
import { drawTrainForm } from "./train/panel.ts";

interface Editor {
	postMessage(message: unknown): void;
	getState(): unknown;
	setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Editor;

/** Draws, or redraws, a panel; safe to call on every message. Throws when the message is not for it. */
type Draw = (root: HTMLElement, message: unknown, post: (message: unknown) => void, memory: Memory) => void;

const panels: Readonly<Record<string, Draw>> = {
	compare: drawCompare,
	generate: drawGenerate,
	measure: drawMeasure,
	monitor: drawMonitor,
	review: drawReview,
	run: drawRun,
	score: drawScore,
	sweep: drawSweep,
	train: drawTrainForm,
};

const editor = acquireVsCodeApi();
const { panel = "", run } = document.body.dataset;
const root = document.getElementById("root");
const draw = panels[panel];

// The editor hands this back after a reload of the window, so that the panel can be filled again.
const identity = run ? { panel, runId: run } : { panel };
const before = editor.getState();
let remembered: unknown =
	typeof before === "object" && before !== null && "remembered" in before ? before.remembered : undefined;
const memory: Memory = {
	recall: () => remembered,
	keep: (choices) => {
		remembered = choices;
		editor.setState({ ...identity, remembered });
	},
};
editor.setState({ ...identity, remembered });

window.addEventListener("message", (event) => {
	if (!root || !draw) return;
	try {
		draw(root, event.data, (message) => editor.postMessage(message), memory);
	} catch (cause) {
		showFailure(root, cause);
	}
});
editor.postMessage({ type: "ready" });

function showFailure(target: HTMLElement, cause: unknown): void {
	const line = document.createElement("p");
	line.setAttribute("role", "alert");
	line.textContent = `This panel cannot be drawn: ${cause instanceof Error ? cause.message : String(cause)}`;
	target.replaceChildren(line);
}
