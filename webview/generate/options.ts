/** Where samples go, what they may cost at most, and by which rules they are made. */
import { select } from "d3";
import { draftCurrency, suggestedOutput } from "../../server/core/generate/draft.ts";
import { drawProblem, markInput } from "./field.ts";
import { type Change, type FormState, shownProblem } from "./form-state.ts";

interface TextField {
	readonly field: "output" | "budget";
	readonly label: string;
	readonly value: string;
	readonly size: number;
	readonly after: string;
	readonly hint: string;
}

interface Rule {
	readonly field: "acceptByChecks" | "reuse" | "probe";
	readonly label: string;
	readonly note: string;
}

const rules: readonly Rule[] = [
	{
		field: "acceptByChecks",
		label: "Count only samples that pass the checks",
		note: "Wrong language or script, refusals, loops and echoes are turned away with their reason, and asked anew. Without it they stay in the file, for the review.",
	},
	{
		field: "reuse",
		label: "Take over answers that earlier runs have to the same requests",
		note: "Nothing is paid for twice. Without it, everything is asked again.",
	},
	{
		field: "probe",
		label: "Ask each endpoint first what it keeps to",
		note: "Up to six small requests for each teacher: the form of answers, the token limit, and whether streaming works. Answers are streamed where it does.",
	},
];

export function drawOptions(section: HTMLElement, state: FormState, change: Change): void {
	const root = select(section);
	root.selectAll("h2").data(["Where, how much, and how"]).join("h2").text(String);
	for (const field of textFields(state)) drawText(section, field, state, change);
	const label = root
		.selectAll("div.rules")
		.data([0])
		.join("div")
		.attr("class", "rules choices")
		.selectAll<HTMLLabelElement, Rule>("label")
		.data(rules)
		.join("label");
	label
		.selectAll<HTMLInputElement, Rule>("input")
		.data((rule) => [rule])
		.join("input")
		.attr("type", "checkbox")
		.property("checked", ({ field }) => state.draft[field])
		.on("change", (event: Event, { field }) =>
			change(field, { [field]: event.target instanceof HTMLInputElement && event.target.checked }),
		);
	label
		.selectAll("span.label")
		.data((rule) => [rule.label])
		.join("span")
		.attr("class", "label")
		.text(String);
	label
		.selectAll("span.note")
		.data((rule) => [rule.note])
		.join("span")
		.attr("class", "note")
		.text(String);
}

function textFields({ draft, offer }: FormState): TextField[] {
	const output = draft.output ?? suggestedOutput(draft, offer.existing);
	const currency = draftCurrency(draft, offer.teachers);
	return [
		{
			field: "output",
			label: "File of the samples",
			value: output,
			size: 34,
			after: "",
			hint: offer.existing.includes(output.trim())
				? "This file exists: accepted rows are appended to it."
				: "A new file in the workspace.",
		},
		{
			field: "budget",
			label: "Spend at most",
			value: draft.budget,
			size: 10,
			after: currency ?? "",
			hint:
				currency === null
					? "A cap needs the teachers' prices in polyglot.json; practice teachers cost nothing."
					: "The run pauses before it spends more, answers on the wire included. Empty: no cap.",
		},
	];
}

function drawText(section: HTMLElement, text: TextField, state: FormState, change: Change): void {
	const problem = shownProblem(state, text.field);
	const line = select(section)
		.selectAll<HTMLDivElement, TextField>(`div.line.${text.field}`)
		.data([text])
		.join("div")
		.attr("class", `line ${text.field}`);
	const label = line.selectAll("label").data([text]).join("label");
	label.selectAll("span.label").data([text.label]).join("span").attr("class", "label").text(String);
	const input = label
		.selectAll<HTMLInputElement, TextField>("input")
		.data([text])
		.join("input")
		.attr("type", "text")
		.attr("size", text.size)
		.property("value", ({ value }) => value)
		.on("input", (event: Event) =>
			change(text.field, { [text.field]: event.target instanceof HTMLInputElement ? event.target.value : "" }),
		);
	const hintId = `hint-${text.field}`;
	markInput(
		input,
		() => text.field,
		() => problem,
		hintId,
	);
	label.selectAll("span.after").data([text.after]).join("span").attr("class", "after").text(String);
	line.selectAll("p.hint").data([text.hint]).join("p").attr("class", "hint").attr("id", hintId).text(String);
	const holder = line.node();
	if (holder) drawProblem(holder, text.field, problem);
}
