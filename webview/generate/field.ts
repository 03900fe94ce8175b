/** A problem in words at its field, tied to the input for a screen reader. */
import { type BaseType, type Selection, select } from "d3";

/** The id of a field's problem line; names of cells hold slashes. */
export const problemId = (field: string): string => `problem-${field.replaceAll(/[^\w-]/g, "-")}`;

/** The line stays in the page while it is empty, so that a screen reader hears it fill. */
export function drawProblem(holder: HTMLElement, field: string, problem: string | undefined): void {
	select(holder)
		.selectAll(`p#${problemId(field)}`)
		.data([problem ?? ""])
		.join("p")
		.attr("class", "problem")
		.attr("id", problemId(field))
		.attr("aria-live", "polite")
		.attr("hidden", problem === undefined ? "" : null)
		.text(String);
}

/** Marks an input as wrong and points to the reason. `data-field` is where the focus goes after a vain start. */
export function markInput<E extends BaseType, D, P extends BaseType, Q>(
	input: Selection<E, D, P, Q>,
	field: (datum: D) => string,
	problem: (datum: D) => string | undefined,
	describedBy: string = "",
): void {
	input
		.attr("data-field", field)
		.attr("aria-invalid", (datum) => (problem(datum) === undefined ? null : "true"))
		.attr(
			"aria-describedby",
			(datum) =>
				[problem(datum) === undefined ? "" : problemId(field(datum)), describedBy].filter(Boolean).join(" ") || null,
		);
}
