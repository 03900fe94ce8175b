/** From what the engine tells of a sample to what the reading form shows. */
import type { ReviewSample } from "../../server/core/review/messages.ts";
import type { Reading } from "../reading/reading.ts";

/**
 * Findings that nobody accepted or hid. Those about a whole turn stand beside the text already; `isAlone` says that
 * nothing does.
 */
export function readingOf({ turns, findings }: ReviewSample, isAlone = false): Reading {
	return {
		turns: turns.map(({ role, text, language, field }) => ({ role, text, language, field })),
		marks: findings.flatMap(({ field, start, end, message, isHidden }) => {
			const turn = turns.find((one) => one.field === field);
			const isWhole = start === null || end === null || (start === 0 && end >= (turn?.text.length ?? 0));
			return isHidden || field === null || !turn || (isWhole && !isAlone) ? [] : [{ field, start, end, message }];
		}),
	};
}

/** For ears: what a look at the sample shows. */
export function spokenFindings({ findings, rating }: ReviewSample): string {
	const shown = findings.filter(({ isHidden }) => !isHidden).map(({ message }) => message);
	const rated = rating === null ? [] : [`You rated it ${rating} of 5.`];
	return [...(shown.length === 0 ? ["Nothing found."] : shown), ...rated].join(" ");
}
