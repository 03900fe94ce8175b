/** Answers of several teachers to one seed or prompt, side by side; what was asked stands once, where it is the same. */
import type { ReviewSample } from "../../server/core/review/messages.ts";
import { drawReading } from "../reading/draw-reading.ts";
import { visibleLine } from "../reading/invisible.ts";
import type { Reading } from "../reading/reading.ts";
import { button, element } from "../shared/element.ts";
import { shortTeacher } from "./row.ts";
import { readingOf } from "./sample-reading.ts";

/** The first one is the sample under review; null stands for one that is not there yet. */
export function drawComparison(
	holder: HTMLElement,
	samples: readonly (ReviewSample | null)[],
	choose: (line: number) => void,
): void {
	const known = samples.filter((sample) => sample !== null);
	const isSameQuestion = new Set(known.map(questionOf)).size <= 1;
	const question = element("div", "question");
	const [first] = known;
	if (first && isSameQuestion)
		drawReading(
			question,
			part(first, (role) => role !== "assistant"),
		);
	const columns = element("div", "columns");
	columns.append(...known.map((sample, index) => columnElement(sample, index === 0, isSameQuestion, choose)));
	const missing = samples.length - known.length;
	holder.replaceChildren(question, columns);
	if (missing > 0) holder.append(element("p", "remark", `${missing} more to come.`));
}

function columnElement(
	sample: ReviewSample,
	isReviewed: boolean,
	isSameQuestion: boolean,
	choose: (line: number) => void,
): HTMLElement {
	const { line, teacher, strategy, findings, decision } = sample;
	const column = element("section", isReviewed ? "column reviewed" : "column");
	const name = visibleLine(shortTeacher(teacher) ?? "no stated teacher", 60);
	column.setAttribute("aria-label", `${name}, line ${line + 1}`);
	const shown = findings.filter(({ isHidden }) => !isHidden).length;
	const facts = [`#${line + 1}`, strategy, decision, `${shown} ${shown === 1 ? "finding" : "findings"}`];
	const words = facts.filter((fact) => fact !== null).map((fact) => visibleLine(fact, 40));
	column.append(element("h3", "", name), element("p", "remark", words.join(" · ")));
	if (!isReviewed) column.append(button("Review this one", () => choose(line), "link"));
	const body = column.appendChild(element("div"));
	drawReading(
		body,
		part(sample, (role) => !isSameQuestion || role === "assistant"),
	);
	return column;
}

function part(sample: ReviewSample, isShown: (role: string) => boolean): Reading {
	const { turns, marks } = readingOf(sample, true);
	return { turns: turns.filter(({ role }) => isShown(role)), marks };
}

function questionOf({ turns }: ReviewSample): string {
	return JSON.stringify(turns.flatMap(({ role, text }) => (role === "assistant" ? [] : [role, text])));
}
