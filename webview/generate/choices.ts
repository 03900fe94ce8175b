/** Groups of check boxes: teachers, languages, strategies, seed files. */
import { select } from "d3";
import { drawProblem } from "./field.ts";

export interface Choice {
	readonly value: string;
	readonly label: string;
	readonly note: string;
}

export interface ChoiceGroup {
	readonly field: string;
	readonly title: string;
	/** One sentence under the title; empty for none. */
	readonly hint: string;
	readonly choices: readonly Choice[];
	readonly chosen: readonly string[];
	readonly problem: string | undefined;
	/** Short choices stand beside each other. */
	readonly isCompact: boolean;
	/** Gets what is chosen now, in the order offered. */
	readonly choose: (values: string[]) => void;
}

export function drawChoices(section: HTMLElement, group: ChoiceGroup): void {
	const { field, choices, chosen, problem, choose } = group;
	const set = select(section).selectAll<HTMLFieldSetElement, string>("fieldset").data([field]).join("fieldset");
	set.attr("class", group.isCompact ? "choices compact" : "choices").attr("data-group", field);
	set.selectAll("legend").data([group.title]).join("legend").text(String);
	set
		.selectAll("p.hint")
		.data(group.hint === "" ? [] : [group.hint])
		.join("p")
		.attr("class", "hint")
		.text(String);
	const label = set
		.selectAll<HTMLDivElement, number>("div.list")
		.data([0])
		.join("div")
		.attr("class", "list")
		.selectAll<HTMLLabelElement, Choice>("label")
		.data([...choices], ({ value }) => value)
		.join("label");
	label
		.selectAll<HTMLInputElement, Choice>("input")
		.data((choice) => [choice])
		.join("input")
		.attr("type", "checkbox")
		.attr("data-field", (_, index) => (index === 0 ? field : null))
		.attr("aria-invalid", problem === undefined ? null : "true")
		.property("checked", ({ value }) => chosen.includes(value))
		.on("change", (event: Event, { value }) => {
			const isChecked = event.target instanceof HTMLInputElement && event.target.checked;
			const now = new Set(chosen);
			if (isChecked) now.add(value);
			else now.delete(value);
			choose(choices.map((choice) => choice.value).filter((one) => now.has(one)));
		});
	label
		.selectAll("span.label")
		.data((choice) => [choice.label])
		.join("span")
		.attr("class", "label")
		.text(String);
	label
		.selectAll("span.note")
		.data((choice) => (choice.note === "" ? [] : [choice.note]))
		.join("span")
		.attr("class", "note")
		.text(String);
	const holder = set.node();
	if (holder) drawProblem(holder, field, problem);
}
