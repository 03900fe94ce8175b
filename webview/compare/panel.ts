/** Compare teachers: one seed at a time, every teacher's answer beside the others in reading form, with its figures. */
import { select } from "d3";
import {
	type ComparedAnswer,
	type ComparedSeed,
	CompareMessage,
	type CompareRequest,
} from "../../server/core/generate/compare-message.ts";
import { installTooltip } from "../shared/tooltip.ts";
import { drawAnswers } from "./answers.ts";
import { preferred } from "./decisions.ts";
import { drawHeader } from "./header.ts";
import { drawSeed } from "./seed.ts";
import { drawTeachers } from "./teachers.ts";
import "./panel.css";

/** What the panel remembers while its tab is hidden. */
interface Memory {
	recall(): unknown;
	keep(remembered: unknown): void;
}

interface View {
	readonly message: CompareMessage;
	/** Which seed is shown. */
	readonly place: number;
	readonly post: (request: CompareRequest) => void;
	readonly memory: Memory | undefined;
}

const views = new WeakMap<HTMLElement, View>();

/** Draws, or redraws, the comparison. Throws when the message is none. */
export function drawCompare(
	root: HTMLElement,
	message: unknown,
	post: (request: CompareRequest) => void,
	memory?: Memory,
): void {
	const known = views.get(root);
	const parsed = CompareMessage.parse(message);
	if (!known) {
		installTooltip(root);
		root.ownerDocument.addEventListener("keydown", (event) => press(root, event));
	}
	views.set(root, { message: parsed, place: known?.place ?? rememberedPlace(memory, parsed), post, memory });
	redraw(root);
}

function rememberedPlace(memory: Memory | undefined, { seeds }: CompareMessage): number {
	const place = memory?.recall();
	return typeof place === "number" && place >= 0 && place < seeds.length ? place : 0;
}

const names = ["header", "teachers", "seed", "answers"] as const;
type SectionName = (typeof names)[number];

function redraw(root: HTMLElement): void {
	const view = views.get(root);
	if (!view) return;
	const { message, place, post } = view;
	select(root)
		.attr("class", "compare")
		.selectAll<HTMLElement, SectionName>(":scope > section")
		.data(names)
		.join("section")
		.attr("class", (name) => `compare-${name}`);
	drawHeader(sectionOf(root, "header"), message, post);
	drawTeachers(sectionOf(root, "teachers"), message, (teacher) => post({ type: "useTeacher", teacher }));
	const seed = message.seeds[place];
	if (!seed) return;
	drawSeed(sectionOf(root, "seed"), seed, { place, count: message.seeds.length, go: (to) => go(root, to) });
	drawAnswers(sectionOf(root, "answers"), seed, message, {
		prefer: (answer) => prefer(view, seed, answer),
		decide: (answer, decision) => decide(view, answer, decision),
	});
}

function go(root: HTMLElement, place: number): void {
	const view = views.get(root);
	if (!view || place < 0 || place >= view.message.seeds.length) return;
	views.set(root, { ...view, place });
	view.memory?.keep(place);
	redraw(root);
}

/** Left and right walk through the seeds; a number prefers that answer. Not while something else wants the key. */
function press(root: HTMLElement, event: KeyboardEvent): void {
	const view = views.get(root);
	if (!view || event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
	if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
		event.preventDefault();
		go(root, view.place + (event.key === "ArrowRight" ? 1 : -1));
		return;
	}
	const seed = view.message.seeds[view.place];
	const answer = /^[1-9]$/.test(event.key) ? seed?.answers[Number(event.key) - 1] : undefined;
	if (seed && answer) prefer(view, seed, answer);
}

function prefer({ post }: View, seed: ComparedSeed, answer: ComparedAnswer): void {
	for (const { key, decision } of preferred(seed, answer)) post({ type: "decide", key, decision });
}

function decide({ post }: View, { key, decision }: ComparedAnswer, wanted: "accepted" | "rejected"): void {
	if (key !== null) post({ type: "decide", key, decision: decision === wanted ? "cleared" : wanted });
}

function sectionOf(root: HTMLElement, name: SectionName): HTMLElement {
	const found = root.querySelector<HTMLElement>(`:scope > section.compare-${name}`);
	if (!found) throw new Error(`There is no section ${name}.`);
	return found;
}
