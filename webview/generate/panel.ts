/** The form of *Generate Samples*: teachers by languages by strategies, with counts, price and cap before anything is sent. */
import { select } from "d3";
import type { GenerationDraft } from "../../server/core/generate/draft.ts";
import { GenerateFormMessage, type GenerateFormRequest } from "../../server/core/generate/form-message.ts";
import type { Strategy } from "../../server/core/sample-row.ts";
import { drawChoices } from "./choices.ts";
import { drawCounts } from "./counts.ts";
import { drawFooter } from "./footer.ts";
import { type Change, changed, type FormState, problemsOf, received, shownProblem } from "./form-state.ts";
import { drawOptions } from "./options.ts";
import "./panel.css";

const shownIn = new WeakMap<HTMLElement, FormState>();
const timers = new WeakMap<HTMLElement, number>();
/** Milliseconds without typing before the draft is kept and estimated anew. */
const restMs = 250;

type Post = (request: GenerateFormRequest) => void;

/** Fills or redraws the form. Throws when the message is not the form's. */
export function drawGenerate(root: HTMLElement, message: unknown, post: Post): void {
	const next = received(shownIn.get(root), GenerateFormMessage.parse(message));
	if (next) show(root, next, post);
}

function show(root: HTMLElement, state: FormState, post: Post): void {
	shownIn.set(root, state);
	const change: Change = (field, edit) => {
		const now = changed(shownIn.get(root) ?? state, field, edit);
		show(root, now, post);
		window.clearTimeout(timers.get(root));
		timers.set(
			root,
			window.setTimeout(() => post({ type: "draft", draft: now.draft }), restMs),
		);
	};
	select(root)
		.attr("class", "generate")
		.selectAll<HTMLElement, SectionName>(":scope > :is(header, section, footer)")
		.data(names)
		.join((enter) =>
			enter.append((name) =>
				document.createElement(name === "head" ? "header" : name === "foot" ? "footer" : "section"),
			),
		)
		.attr("class", (name) => `generate-${name}`);
	drawHead(sectionOf(root, "head"), post);
	drawGroups(root, state, change);
	drawCounts(sectionOf(root, "counts"), state, change);
	drawOptions(sectionOf(root, "options"), state, change);
	drawFooter(sectionOf(root, "foot"), state, {
		start: () => start(root, post),
		keep: () => post({ type: "keep", draft: state.draft }),
	});
}

const names = ["head", "teachers", "languages", "strategies", "counts", "seeds", "options", "foot"] as const;
type SectionName = (typeof names)[number];

/** With something missing, nothing is posted: the words appear, and the focus goes to the first of them. */
function start(root: HTMLElement, post: Post): void {
	const state = shownIn.get(root);
	if (!state) return;
	const [first] = problemsOf(state);
	show(root, { ...state, hasTried: true, startProblem: null }, post);
	if (first) root.querySelector<HTMLElement>(`[data-field="${CSS.escape(first.field)}"]`)?.focus();
	else post({ type: "start", draft: state.draft });
}

function drawHead(section: HTMLElement, post: Post): void {
	const root = select(section);
	root.selectAll("h1").data(["Generate samples"]).join("h1").text(String);
	root
		.selectAll("p")
		.data([
			"Every chosen teacher writes in every chosen language with every chosen strategy. All teachers are asked about the same seeds, so that their samples can be compared.",
		])
		.join("p")
		.text(String);
	root
		.selectAll("button")
		.data(["Add a teacher…"])
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.text(String)
		.on("click", () => post({ type: "addTeacher" }));
}

const explained: Readonly<Record<Strategy, string>> = {
	generate: "a new prompt and its answer, after three example seeds",
	translate: "a seed's prompt put into the language, and answered there",
	respond: "an answer to a seed's prompt as it stands",
};

function drawGroups(root: HTMLElement, state: FormState, change: Change): void {
	const { offer, draft } = state;
	const group = (field: "teachers" | "languages" | "strategies" | "seeds", title: string, hint: string) => ({
		field,
		title,
		hint,
		chosen: draft[field],
		problem: shownProblem(state, field),
		isCompact: field === "languages",
		choose: (values: string[]) => change(field, { [field]: values } as Partial<GenerationDraft>),
	});
	drawChoices(sectionOf(root, "teachers"), {
		...group("teachers", "Teachers", ""),
		choices: offer.teachers.map(({ name, note }) => ({ value: name, label: name, note })),
	});
	drawChoices(sectionOf(root, "languages"), {
		...group("languages", "Languages of the samples", ""),
		choices: offer.languages.map(({ code, name }) => ({ value: code, label: name, note: code })),
	});
	drawChoices(sectionOf(root, "strategies"), {
		...group("strategies", "Strategies", ""),
		choices: (Object.keys(explained) as Strategy[]).map((value) => ({ value, label: value, note: explained[value] })),
	});
	drawChoices(sectionOf(root, "seeds"), {
		...group("seeds", "Seeds", "Rows to start from. Rows of the reference and held-out splits are left alone."),
		choices: offer.seeds.map(({ path, label, note }) => ({ value: path, label, note })),
	});
}

function sectionOf(root: HTMLElement, name: SectionName): HTMLElement {
	const found = root.querySelector<HTMLElement>(`:scope > .generate-${name}`);
	if (!found) throw new Error(`There is no section ${name}.`);
	return found;
}
