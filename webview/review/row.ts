/** One row of the list: where it stands, what it answers, and how it stands with it. */
import type { ReviewRow } from "../../server/core/review/messages.ts";
import { visibleLine } from "../reading/invisible.ts";
import { directionOf } from "../reading/writing.ts";
import { element } from "../shared/element.ts";
import { whole } from "../shared/quantities.ts";

/** In pixels; the style sheet agrees. */
export const rowHeight = 46;

const previewLength = 90;

const signs = { accepted: "✓", rejected: "✕" } as const;

/** `row` is undefined until the engine has answered. */
export function rowElement(
	row: ReviewRow | undefined,
	position: number,
	count: number,
	isCurrent: boolean,
): HTMLElement {
	const holder = element("div", "row");
	holder.id = `row-${position}`;
	holder.dataset.position = String(position);
	holder.setAttribute("role", "option");
	holder.setAttribute("aria-selected", `${isCurrent}`);
	holder.setAttribute("aria-posinset", String(position + 1));
	holder.setAttribute("aria-setsize", String(count));
	if (!row) {
		holder.setAttribute("aria-label", `Sample ${position + 1}, loading`);
		return holder;
	}
	holder.classList.toggle("seen", row.isSeen);
	holder.append(stateElement(row), headElement(row), previewElement(row));
	return holder;
}

/** A sign for the eye, a word for the ear. */
function stateElement({ decision, isWeak, isSeen }: ReviewRow): HTMLElement {
	const [kind, sign, word] =
		decision !== null
			? [decision, signs[decision], decision]
			: isWeak
				? ["weak", "!", "weak"]
				: isSeen
					? ["", "", "seen"]
					: ["unseen", "•", "not seen"];
	const state = element("span", `state ${kind}`);
	const seen = element("span", "", sign);
	seen.ariaHidden = "true";
	state.append(seen, element("span", "spoken", `${word}, `));
	return state;
}

function headElement({ line, language, teacher, strategy, finding, more }: ReviewRow): HTMLElement {
	const head = element("span", "head");
	head.append(element("span", "line", `#${whole(line + 1)}`));
	const words = [language, strategy, shortTeacher(teacher)].filter((word) => word !== null);
	head.append(element("span", "words", words.map((word) => visibleLine(word, 40)).join(" · ")));
	if (finding !== null) head.append(element("span", "finding", more > 0 ? `${finding} +${more}` : finding));
	return head;
}

function previewElement({ preview, language }: ReviewRow): HTMLElement {
	const text = element("span", "preview", visibleLine(preview, previewLength));
	text.dir = directionOf(preview, language);
	return text;
}

/** `google/gemma-3-27b` is known by its last part. */
export function shortTeacher(teacher: string | null): string | null {
	return teacher === null ? null : (teacher.split("/").at(-1) ?? teacher);
}
