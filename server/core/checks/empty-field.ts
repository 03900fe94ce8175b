/** `empty-field`: a turn that says nothing. */
import type { Check, Finding } from "./finding.ts";
import { turnName } from "./finding.ts";

export const emptyField: Check = {
	code: "empty-field",
	find: (sample) =>
		sample.turns
			.filter((turn) => turn.role === "user" || turn.role === "assistant")
			.filter((turn) => isBlank(turn.text) && !(turn.role === "assistant" && sample.mayLackResponse))
			.map(
				(turn): Finding => ({
					code: "empty-field",
					severity: "error",
					message: `The ${turnName(turn)} is empty${turn.text.length > 0 ? ": it holds only white space" : ""}.`,
					field: turn.field,
					start: 0,
					end: turn.text.length,
					value: null,
					threshold: null,
					source: null,
				}),
			),
};

/** No letter, digit or sign: only white space, controls and characters that show nothing. */
export function isBlank(text: string): boolean {
	return !/[^\s\p{C}\p{Z}]/u.test(text);
}
