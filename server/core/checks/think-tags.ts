/** `think-tags`: a block of reasoning or of the answer is empty, never closed or never opened. */

import type { Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { about, type Check, type Finding, turnName } from "./finding.ts";

const tags = ["think", "thinking", "reasoning", "answer"] as const;

export const thinkTags: Check = {
	code: "think-tags",
	find: (sample, context) =>
		responses(sample).flatMap((turn) => {
			const text = context.prose(turn);
			return tags.flatMap((tag) => judge(turn, text, tag));
		}),
};

function judge(turn: Turn, text: string, tag: string): Finding[] {
	const open = text.indexOf(`<${tag}>`);
	const close = text.indexOf(`</${tag}>`);
	if (open === -1 && close === -1) return [];
	const start = open === -1 ? close : open;
	const fault =
		open === -1
			? `closes <${tag}>, which it never opened`
			: close === -1 || close < open
				? `opens <${tag}> and never closes it`
				: text.slice(open + tag.length + 2, close).trim() === ""
					? `has an empty <${tag}>`
					: undefined;
	if (!fault) return [];
	const span = { start, end: start + tag.length + (open === -1 ? 3 : 2) };
	return [
		about(turn, "think-tags", `The ${turnName(turn)} ${fault}.`, {
			...span,
			source: "NeMo Curator tutorial; open-instruct",
		}),
	];
}
