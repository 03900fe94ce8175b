/** The training form: what to train, on what, how; counted by the trainer before it is launched. */
import { select } from "d3";
import { draftKey, type TrainDraft } from "../../server/core/trainer/train-draft.ts";
import {
	TrainFormMessage,
	type TrainFormRequest,
	TrainlessMessage,
} from "../../server/core/trainer/train-form-message.ts";
import { drawCells } from "./cells.ts";
import { drawCheck } from "./check.ts";
import { type Control, controlsOf, folded, sections } from "./controls.ts";
import { drawControls } from "./draw-control.ts";
import "./panel.css";

type Post = (request: TrainFormRequest) => void;

interface Shown {
	message: TrainFormMessage;
	/** Ahead of the message's while a change is on its way. */
	draft: TrainDraft;
	edit: number;
}

const shownIn = new WeakMap<HTMLElement, Shown>();

/** Draws, or redraws, the form. Throws when the message is not the form's. */
export function drawTrainForm(root: HTMLElement, received: unknown, post: Post): void {
	const trainless = TrainlessMessage.safeParse(received);
	if (trainless.success) {
		if (!shownIn.has(root)) drawTrainless(root, trainless.data, post);
		return;
	}
	const message = TrainFormMessage.parse(received);
	const before = shownIn.get(root);
	if (!before) root.replaceChildren();
	const isBehind = before !== undefined && before.edit > message.edit;
	shownIn.set(root, {
		message,
		draft: isBehind ? before.draft : message.looked.draft,
		edit: Math.max(before?.edit ?? 0, message.edit),
	});
	redraw(root, post);
}

function redraw(root: HTMLElement, post: Post): void {
	const shown = shownIn.get(root);
	if (!shown) return;
	const { message, draft } = shown;
	const change = (next: TrainDraft) => {
		shown.draft = next;
		shown.edit += 1;
		redraw(root, post);
		post({ type: "draft", draft: next, edit: shown.edit });
	};
	drawHead(root, message, draft);
	const form = select(root)
		.selectAll<HTMLFormElement, number>("form")
		.data([0])
		.join("form")
		.attr("aria-label", "Training")
		.attr("novalidate", "")
		.on("submit", (event: Event) => event.preventDefault());
	const node = form.node();
	if (!node) return;
	const controls = controlsOf(message, draft);
	for (const section of sections) {
		const own = controls.filter((control) => control.section === section);
		const part = sectionOf(node, section, own);
		if (part) drawControls(part, own, (control, value) => change(control.set(shown.draft, value)));
		if (part && section === "Data" && draft.isSweep) drawCells(cellsIn(part), message.looked.cells, draft, change);
	}
	const check = message.check?.key === draftKey(draft) ? message.check : null;
	drawCheck(within(node, "check"), check, message.looked.trainer.isPractice);
	drawState(within(node, "state"), message);
	drawButtons(within(node, "buttons"), shown, check?.result.ok === true, post);
}

function drawHead(root: HTMLElement, { looked: { trainer } }: TrainFormMessage, draft: TrainDraft): void {
	const title = draft.isSweep ? "Train a sweep of students" : "Train a student";
	const who = trainer.isPractice
		? "practice trainer on this machine: a byte n-gram model, not a language model"
		: `trainer: ${trainer.name}`;
	const head = select(root).selectAll("header").data([0]).join("header");
	head.selectAll("h1").data([title]).join("h1").text(String);
	head.selectAll("p").data([who]).join("p").attr("class", "facts").text(String);
}

/** A group with a name; those that few need are folded until something in them was chosen or is wrong. */
function sectionOf(form: HTMLFormElement, name: string, controls: readonly Control[]): Element | undefined {
	const isFolded = folded.includes(name);
	const tag = isFolded ? "details" : "fieldset";
	const found = form.querySelector(`:scope > [data-section="${name}"]`);
	if (controls.length === 0) {
		found?.remove();
		return undefined;
	}
	const part = found ?? form.appendChild(document.createElement(tag));
	part.setAttribute("data-section", name);
	select(part)
		.selectAll<Element, string>(`:scope > ${isFolded ? "summary" : "legend"}`)
		.data([headOf(name, controls, isFolded)])
		.join(isFolded ? "summary" : "legend")
		.text(String);
	if (isFolded && controls.some(({ issue }) => issue !== "")) part.setAttribute("open", "");
	return part;
}

function headOf(name: string, controls: readonly Control[], isFolded: boolean): string {
	const chosen = controls.filter(({ value }) => value !== "").length;
	if (!isFolded) return name;
	return chosen === 0 ? `${name}: defaults` : `${name}: ${chosen} chosen, the rest defaults`;
}

function cellsIn(part: Element): Element {
	return part.querySelector(":scope > div.cells") ?? part.appendChild(made("cells"));
}

function made(name: string): HTMLElement {
	const element = document.createElement("div");
	element.className = name;
	return element;
}

function within(form: HTMLFormElement, name: string): HTMLElement {
	const found = form.querySelector<HTMLElement>(`:scope > div.${name}`) ?? made(name);
	// Last, whatever sections came in between.
	return form.appendChild(found);
}

function drawState(target: HTMLElement, { busy, failure }: Pick<TrainFormMessage, "busy" | "failure">): void {
	const root = select(target);
	root
		.selectAll("p.busy")
		.data([busy ?? ""])
		.join("p")
		.attr("class", "busy")
		.attr("role", "status")
		.text(String);
	root
		.selectAll("p.failure")
		.data(failure === null ? [] : [failure])
		.join("p")
		.attr("class", "failure")
		.attr("role", "alert")
		.text(String);
}

function drawButtons(target: HTMLElement, shown: Shown, isChecked: boolean, post: Post): void {
	const { message } = shown;
	const isWaiting = message.busy !== null || message.looked.issues.length > 0;
	const start = shown.draft.isSweep ? "Start the sweep" : "Start training";
	const buttons = [
		{ type: "check", label: isChecked ? "Check again" : "Check before training", isMain: !isChecked, isOff: isWaiting },
		{ type: "launch", label: start, isMain: isChecked, isOff: isWaiting || !isChecked },
	] as const;
	select(target)
		.selectAll<HTMLButtonElement, (typeof buttons)[number]>("button")
		.data(buttons, ({ type }) => type)
		.join("button")
		.attr("type", "button")
		.attr("class", ({ isMain }) => (isMain ? "main" : "second"))
		// Stays in the tab order, so that a reader is told why nothing happens.
		.attr("aria-disabled", ({ isOff }) => String(isOff))
		.text(({ label }) => label)
		.on("click", (_event, { type, isOff }) => {
			if (!isOff) post({ type, draft: shown.draft });
		});
	select(target)
		.selectAll("p")
		.data([adviceOf(message, isChecked)])
		.join("p")
		.attr("class", "advice")
		.text(String);
}

function adviceOf({ looked: { issues }, check }: TrainFormMessage, isChecked: boolean): string {
	if (issues.length > 0) return issues.map(({ message }) => message).join(" ");
	if (isChecked) return "";
	return check ? "Something was changed since the check." : "Nothing is trained before the trainer has counted it.";
}

function drawTrainless(root: HTMLElement, { busy, failure }: TrainlessMessage, post: Post): void {
	select(root).selectAll("h1").data(["Train a student"]).join("h1").text(String);
	const target = root.querySelector<HTMLElement>(":scope > div.state") ?? root.appendChild(made("state"));
	drawState(target, { busy, failure });
	select(target)
		.selectAll("button")
		.data(failure === null ? [] : [0])
		.join("button")
		.attr("type", "button")
		.text("Connect a trainer…")
		.on("click", () => post({ type: "connectTrainer" }));
}
