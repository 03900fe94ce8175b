/** `too-short`, `too-long`, `list-shape` and `instruction-shape`: the outer form of prompt and answer. */
import type { Turn } from "../sample/sample.ts";
import { exchanges, prompts, responses } from "../sample/sample.ts";
import { isBlank } from "./empty-field.ts";
import { about, type Check, type CheckContext, type Finding, percent, turnName } from "./finding.ts";

export const tooShort: Check = {
	code: "too-short",
	find: (sample, context) =>
		responses(sample).flatMap((turn) => {
			const length = turn.text.trim().length;
			const threshold = context.threshold("too-short");
			if (isBlank(turn.text) || length >= threshold.value) return [];
			const message = `The ${turnName(turn)} has ${length} characters, under ${threshold.value}.`;
			return [about(turn, "too-short", message, { severity: "hint", value: length, threshold })];
		}),
};

export const tooLong: Check = {
	code: "too-long",
	find: (sample, context) =>
		responses(sample).flatMap((turn) => {
			const threshold = context.threshold("too-long");
			if (turn.text.length <= threshold.value) return [];
			const message = `The ${turnName(turn)} has ${turn.text.length} characters, over ${threshold.value}.`;
			return [about(turn, "too-long", message, { value: turn.text.length, threshold })];
		}),
};

/** Points a list needs before its numbers are looked at. */
const leastPoints = 3;
/** Longer answers are judged by their beginning. */
const charactersRead = 200_000;
/** Characters an answer needs before its white space is counted. */
const leastCharacters = 100;

export const listShape: Check = {
	code: "list-shape",
	find: (sample, context) =>
		responses(sample).flatMap((turn) => [...wrongNumbers(turn, context), ...tooMuchSpace(turn, context)].slice(0, 1)),
};

/** Numbers at line starts that neither go on, nor start again, nor are all alike as Markdown allows. */
function wrongNumbers(turn: Turn, context: CheckContext): Finding[] {
	const points = Array.from(context.prose(turn).matchAll(/^ {0,3}(\d{1,3})[.)] /gmu), (match) => ({
		number: Number(match[1]),
		at: match.index,
	}));
	if (points.length < leastPoints || points.every(({ number }) => number === points[0]?.number)) return [];
	for (const [index, { number, at }] of points.entries()) {
		const before = points[index - 1]?.number;
		if (before === undefined || number === before + 1 || number === 1) continue;
		const message = `The list of the ${turnName(turn)} goes from ${before} to ${number}.`;
		return [
			about(turn, "list-shape", message, {
				start: at,
				end: at + String(number).length + 1,
				value: number,
				source: "FastChat, wrong list numbers",
			}),
		];
	}
	return [];
}

function tooMuchSpace(turn: Turn, context: CheckContext): Finding[] {
	// Code is laid out with space.
	if (turn.text.length < leastCharacters || turn.text.includes("```")) return [];
	const text = turn.text.slice(0, charactersRead);
	const share = (text.match(/\s+/gu)?.join("").length ?? 0) / text.length;
	const threshold = context.threshold("list-shape");
	if (share <= threshold.value) return [];
	const message = `${percent(share)} of the ${turnName(turn)} is white space, over ${percent(threshold.value)}.`;
	return [about(turn, "list-shape", message, { value: share, threshold })];
}

export const instructionShape: Check = {
	code: "instruction-shape",
	find: (sample) => {
		if (exchanges(sample).length !== 1) return [];
		const own = prompts(sample);
		const [first] = own;
		const last = own.at(-1);
		if (!first || !last) return [];
		const opens = /^\s*([.,;:!?)\]}。、，；：؛،])/u.exec(first.text);
		if (opens) {
			const start = opens[0].length - 1;
			return [
				about(first, "instruction-shape", `The prompt begins with "${opens[1]}".`, {
					severity: "hint",
					start,
					end: start + 1,
					source: "Self-Instruct",
				}),
			];
		}
		const end = last.text.trimEnd().length;
		if (!/[:：]$/u.test(last.text.trimEnd())) return [];
		return [
			about(last, "instruction-shape", "The prompt ends with a colon; what should follow is missing.", {
				severity: "hint",
				start: end - 1,
				end,
				source: "magpie",
			}),
		];
	},
};
