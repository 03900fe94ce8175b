/** From what the engine tells of a sample to what the reading form shows. */
import type { ReviewSample } from "../../server/core/review/messages.ts";
import type { Reading } from "../reading/reading.ts";

/** Findings that nobody accepted or hid are underlined. */
export function readingOf({ turns, findings }: ReviewSample): Reading {
	return {
		turns: turns.map(({ role, text, language, field }) => ({ role, text, language, field })),
		marks: findings.flatMap(({ field, start, end, message, isHidden }) =>
			isHidden || field === null || !turns.some((turn) => turn.field === field) ? [] : [{ field, start, end, message }],
		),
	};
}
