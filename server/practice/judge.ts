/** The practice judge: a rubric from 1 to 5 by plain measurable rules. It understands nothing and says so. */
import type { Message } from "../core/sample-row.ts";

export interface Judgement {
	readonly feedback: string;
	readonly score: number;
}

interface Rule {
	readonly fault: string;
	readonly cost: number;
	readonly applies: (response: string, instruction: string) => boolean;
}

const rules: readonly Rule[] = [
	{ fault: "the response is very short", cost: 2, applies: (response) => [...response].length < 40 },
	{ fault: "a sentence is repeated", cost: 2, applies: (response) => hasRepeatedSentence(response) },
	{
		fault: "the response does not end like a sentence",
		cost: 1,
		applies: (response) => !/[.!?。！？؟)"”»…\]}]\s*$/u.test(response),
	},
	{
		fault: "the response repeats the instruction",
		cost: 2,
		applies: (response, instruction) => instruction.length > 20 && response.includes(instruction),
	},
	{ fault: "response and instruction are in different scripts", cost: 2, applies: differInScript },
];

/** Scores the response found in the last user turn. */
export function practiceJudgement(messages: readonly Message[]): Judgement {
	const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
	const instruction = section(content, "instruction") ?? "";
	const response = section(content, "response") ?? content;
	if (response.trim() === "") return { feedback: "Practice judge, plain rules: the response is empty.", score: 1 };
	const broken = rules.filter(({ applies }) => applies(response.trim(), instruction.trim()));
	const faults = broken.length === 0 ? "no rule is broken" : broken.map(({ fault }) => fault).join("; ");
	const cost = broken.reduce((sum, rule) => sum + rule.cost, 0);
	return { feedback: `Practice judge, plain rules: ${faults}.`, score: Math.max(1, 5 - cost) };
}

/** The text in `<name>…</name>`, or under a heading `### Name` up to the next heading. */
function section(text: string, name: string): string | undefined {
	const open = text.indexOf(`<${name}>`);
	const close = text.lastIndexOf(`</${name}>`);
	if (open !== -1 && close > open) return text.slice(open + name.length + 2, close);
	const lower = text.toLowerCase();
	const heading = lower.indexOf(`### ${name}`);
	const start = heading === -1 ? -1 : text.indexOf("\n", heading);
	if (start === -1) return undefined;
	const end = text.indexOf("\n### ", start);
	return text.slice(start + 1, end === -1 ? undefined : end);
}

function hasRepeatedSentence(text: string): boolean {
	const sentences = text
		.split(/[.!?。！？؟\n]/u)
		.map((sentence) => sentence.trim())
		.filter(({ length }) => length > 10);
	return new Set(sentences).size < sentences.length;
}

function differInScript(response: string, instruction: string): boolean {
	const [one, other] = [mainScript(response), mainScript(instruction)];
	return one !== undefined && other !== undefined && one !== other;
}

const scripts: readonly [string, RegExp][] = [
	["Latin", /\p{Script=Latin}/gu],
	["Arabic", /\p{Script=Arabic}/gu],
	["Japanese", /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu],
];

function mainScript(text: string): string | undefined {
	const counts = scripts.map(([name, pattern]) => ({ name, count: text.match(pattern)?.length ?? 0 }));
	const best = counts.reduce((most, one) => (one.count > most.count ? one : most));
	return best.count === 0 ? undefined : best.name;
}
