/** *Measure Dataset*: what to measure and with what, what that takes, and then what came out, group by group. */
import { select } from "d3";
import { measureDraftProblems } from "../../server/core/measure/measure-draft.ts";
import { MeasurePanelMessage, type MeasurePanelRequest } from "../../server/core/measure/measure-panel-message.ts";
import "../generate/panel.css";
import { installTooltip } from "../shared/tooltip.ts";
import { drawDrags } from "./drags.ts";
import { drawExpected } from "./expected.ts";
import { type Change, drawForm } from "./form.ts";
import { drawGroups } from "./groups.ts";
import { drawMap } from "./map.ts";
import { changed, type MeasureState, received } from "./measure-state.ts";
import "./panel.css";
import { drawRidges } from "./ridges.ts";

const shownIn = new WeakMap<HTMLElement, MeasureState>();
const timers = new WeakMap<HTMLElement, number>();
/** Milliseconds without typing before the draft is kept and estimated anew. */
const restMs = 250;

type Post = (request: MeasurePanelRequest) => void;

/** Fills or redraws the panel. Throws when the message is not the panel's. */
export function drawMeasure(root: HTMLElement, message: unknown, post: Post): void {
	const parsed = MeasurePanelMessage.parse(message);
	const next = received(shownIn.get(root), parsed);
	if (!next) return;
	show(root, next, post);
	// Results stand at the top where they just came, or were there before.
	const brings = (parsed.type === "measure" || parsed.type === "ended") && parsed.picture !== null;
	const asked = root.querySelector("details");
	if (asked && (brings || next.progress || next.problem)) asked.open = !brings || next.progress !== null;
}

function show(root: HTMLElement, state: MeasureState, post: Post): void {
	if (!shownIn.has(root)) makeSections(root);
	shownIn.set(root, state);
	const turn = (edit: Partial<MeasureState>) => show(root, { ...(shownIn.get(root) ?? state), ...edit }, post);
	const change: Change = (edit) => {
		const now = changed(shownIn.get(root) ?? state, edit);
		show(root, now, post);
		window.clearTimeout(timers.get(root));
		const rest = () => post({ type: "draft", draft: now.draft });
		timers.set(root, window.setTimeout(rest, restMs));
	};
	drawForm(sectionOf(root, "form"), state, change, post);
	drawExpected(sectionOf(root, "expected"), state, {
		measure: () => measure(root, post),
		stop: () => post({ type: "stop" }),
	});
	const { picture } = state;
	const result = sectionOf(root, "result");
	result.hidden = picture === null;
	if (!picture) return;
	drawGroups(sectionOf(root, "groups"), picture, state.group, (group) => turn({ group }), post);
	drawRidges(sectionOf(root, "ridges"), picture, state, (edit) => turn(edit));
	drawMap(sectionOf(root, "map"), picture, state.lassoed, (lassoed) => turn({ lassoed }), post);
	drawDrags(sectionOf(root, "drags"), picture, state.group, (group) => turn({ group }), post);
}

/** With something missing, nothing is posted: the words appear, and the focus goes to the first of them. */
function measure(root: HTMLElement, post: Post): void {
	const state = shownIn.get(root);
	if (!state) return;
	const [problem] = measureDraftProblems(state.draft);
	show(root, { ...state, hasTried: true, problem: null }, post);
	if (problem) root.querySelector<HTMLElement>(`[data-field="${problem.field}"]`)?.focus();
	else post({ type: "measure", draft: state.draft });
}

function makeSections(root: HTMLElement): void {
	installTooltip(root);
	const page = select(root).attr("class", "measure");
	page.append("h1").text("Measure a dataset");
	const whole = page.append("details").property("open", true);
	whole.append("summary").text("What to measure, and with what");
	const asked = whole.append("div").attr("class", "generate asked");
	asked.append("header").attr("data-part", "form");
	asked.append("footer").attr("data-part", "expected").attr("class", "generate-foot");
	const result = page.append("div").attr("class", "result").attr("data-part", "result");
	for (const part of ["groups", "ridges", "map", "drags"]) result.append("section").attr("data-part", part);
}

function sectionOf(root: HTMLElement, part: string): HTMLElement {
	const found = root.querySelector<HTMLElement>(`[data-part="${part}"]`);
	if (!found) throw new Error(`There is no part ${part}.`);
	return found;
}
