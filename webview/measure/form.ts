/** Which files, by which groups, with which backends. */
import { select } from "d3";
import type { MeasureDraft } from "../../server/core/measure/measure-draft.ts";
import type { MeasurePanelRequest } from "../../server/core/measure/measure-panel-message.ts";
import { type GroupKey, groupKeys } from "../../server/core/measure/measured-sample.ts";
import { drawChoices } from "../generate/choices.ts";
import { drawProblem, markInput } from "../generate/field.ts";
import { type MeasureState, shownProblem } from "./measure-state.ts";

export type Change = (edit: Partial<MeasureDraft>) => void;

export function drawForm(
	section: HTMLElement,
	state: MeasureState,
	change: Change,
	post: (request: MeasurePanelRequest) => void,
): void {
	const root = select(section);
	root
		.selectAll(":scope > p.about")
		.data([
			"Diversity, duplicates and lengths are computed on this machine. A judge, a scorer or an embedding endpoint is asked only if you name one; what it answers is kept, so that one edited line costs one call.",
		])
		.join("p")
		.attr("class", "about hint")
		.text(String);
	const part = (name: string) => {
		const made = root.selectAll<HTMLDivElement, string>(`:scope > div.${name}`).data([name]).join("div");
		return made.attr("class", name).node() ?? section;
	};
	drawFiles(part("files"), state, change);
	drawChoices(part("by"), {
		field: "by",
		title: "One row for each",
		hint: "Scores need teacher and language.",
		chosen: state.draft.by,
		problem: undefined,
		isCompact: true,
		choices: groupKeys.map((value) => ({ value, label: value, note: "" })),
		choose: (values) => change({ by: values as GroupKey[] }),
	});
	drawChoices(part("judges"), {
		field: "judges",
		title: "Judges",
		hint: "Each rates every response from 1 to 5 by the rubric; the first one's ratings are the rubric score, several are held against each other.",
		chosen: state.draft.judges,
		problem: undefined,
		isCompact: true,
		choices: [...state.offer.teachers, ...state.offer.practiceJudges].map((value) => ({
			value,
			label: value,
			note: state.offer.practiceJudges.includes(value) ? "canned, for practice" : "",
		})),
		choose: (judges) => change({ judges }),
	});
	drawFields(part("fields"), state, change);
	root
		.selectAll<HTMLButtonElement, string>(":scope > button.add")
		.data(["Add a teacher…"])
		.join("button")
		.attr("type", "button")
		.attr("class", "add secondary")
		.text(String)
		.on("click", () => post({ type: "addTeacher" }));
}

function drawFiles(section: HTMLElement, state: MeasureState, change: Change): void {
	const { files } = state.offer;
	drawChoices(section, {
		field: "files",
		title: "Files",
		hint: files.length === 0 ? "This workspace has no JSONL file. Generate samples, or add a file." : "",
		chosen: state.draft.files,
		problem: shownProblem(state, "files"),
		isCompact: false,
		choices: files.map((value) => ({ value, label: value, note: "" })),
		choose: (chosen) => change({ files: chosen }),
	});
}

type TextField = Extract<
	keyof MeasureDraft,
	"size" | "seed" | "language" | "embeddings" | "scorer" | "tokenizer" | "budget"
>;

const fields: readonly { field: TextField; label: string; size: number; hint: string }[] = [
	{
		field: "embeddings",
		label: "Embeddings",
		size: 34,
		hint: "lexical: spelling only, offline, for a first look. Or a teacher, or URL#MODEL of an /embeddings endpoint. Values of different ones are never compared.",
	},
	{
		field: "scorer",
		label: "Scorer of perplexity",
		size: 34,
		hint: "Nobody if empty. A teacher, URL#MODEL of completions with echo such as vLLM, tgi:URL#MODEL, or trainer:MODEL of your trainer. It is tested before it is believed.",
	},
	{
		field: "size",
		label: "Rows of each group",
		size: 8,
		hint: "Empty: every row. A seeded draw takes equal shares of each strategy.",
	},
	{ field: "seed", label: "Seed of the draw", size: 8, hint: "" },
	{ field: "language", label: "Language of rows that state none", size: 8, hint: "" },
	{
		field: "tokenizer",
		label: "tokenizer.json",
		size: 34,
		hint: "Path in the workspace; without one, tokens are an estimate.",
	},
	{
		field: "budget",
		label: "Spend at most",
		size: 10,
		hint: "Such as 5 EUR; every backend then needs a price in polyglot.json. Empty: no cap.",
	},
];

function drawFields(section: HTMLElement, state: MeasureState, change: Change): void {
	const line = select(section)
		.selectAll<HTMLDivElement, (typeof fields)[number]>("div.line")
		.data(fields)
		.join("div")
		.attr("class", "line");
	const label = line
		.selectAll("label")
		.data((field) => [field])
		.join("label");
	label
		.selectAll("span.label")
		.data((field) => [field.label])
		.join("span")
		.attr("class", "label")
		.text(String);
	const input = label
		.selectAll<HTMLInputElement, (typeof fields)[number]>("input")
		.data((field) => [field])
		.join("input")
		.attr("type", "text")
		.attr("spellcheck", "false")
		.attr("size", ({ size }) => size)
		.property("value", ({ field }) => state.draft[field])
		.on("input", (event: Event, { field }) =>
			change({ [field]: event.target instanceof HTMLInputElement ? event.target.value : "" }),
		);
	markInput(
		input,
		({ field }) => field,
		({ field }) => shownProblem(state, field),
	);
	line
		.selectAll("p.hint")
		.data(({ hint }) => (hint === "" ? [] : [hint]))
		.join("p")
		.attr("class", "hint")
		.text(String);
	line.each(function ({ field }) {
		drawProblem(this, field, shownProblem(state, field));
	});
	drawSwitches(section, state, change);
}

const switches: readonly { field: "hasNoise" | "isPaperCompatible"; label: string; note: string }[] = [
	{
		field: "hasNoise",
		label: "Score the spelling",
		note: "by a character model of the file itself, offline; sees no fluency",
	},
	{
		field: "isPaperCompatible",
		label: "Average perplexity as the paper does",
		note: "over batches of 8 rows; labelled as such",
	},
];

function drawSwitches(section: HTMLElement, { draft }: MeasureState, change: Change): void {
	const label = select(section)
		.selectAll("div.rules")
		.data([0])
		.join("div")
		.attr("class", "rules choices")
		.selectAll<HTMLLabelElement, (typeof switches)[number]>("label")
		.data(switches)
		.join("label");
	label
		.selectAll<HTMLInputElement, (typeof switches)[number]>("input")
		.data((one) => [one])
		.join("input")
		.attr("type", "checkbox")
		.property("checked", ({ field }) => draft[field])
		.on("change", (event: Event, { field }) =>
			change({ [field]: event.target instanceof HTMLInputElement && event.target.checked }),
		);
	label
		.selectAll("span.label")
		.data((one) => [one.label])
		.join("span")
		.attr("class", "label")
		.text(String);
	label
		.selectAll("span.note")
		.data((one) => [one.note])
		.join("span")
		.attr("class", "note")
		.text(String);
}
