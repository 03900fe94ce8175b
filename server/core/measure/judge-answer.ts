/** Reads a judge's answer: feedback, then a score from 1 to 5. Anything else is a failure, never a score. */
import * as z from "zod/mini";
import type { Rating } from "./ratings.ts";

const Judgement = z.object({
	feedback: z.string().check(z.refine((text) => text.trim() !== "")),
	score: z.int().check(z.gte(1), z.lte(5)),
});

export function readJudgement(text: string): Rating {
	const value = parsed(unfenced(withoutThoughts(text)));
	if (value === undefined) return { failure: "the answer is not one JSON object" };
	const judgement = Judgement.safeParse(value);
	if (!judgement.success) return { failure: fault(value) };
	const names = Object.keys(value);
	// A score that comes first was given before the reasons were found (R19).
	if (names.indexOf("score") < names.indexOf("feedback")) return { failure: "the score comes before the feedback" };
	return judgement.data;
}

function fault(value: object): string {
	const score: unknown = Reflect.get(value, "score");
	if (score === undefined) return "the answer has no score";
	if (typeof score !== "number") return "the score is not a number";
	if (!Number.isInteger(score) || score < 1 || score > 5) return "the score is not one of 1 to 5";
	return "the answer has no feedback";
}

/** A reasoning model's thoughts, where the server leaves them in the content. */
function withoutThoughts(text: string): string {
	const plain = text.trim();
	if (!plain.startsWith("<think>")) return plain;
	const end = plain.indexOf("</think>");
	return end === -1 ? "" : plain.slice(end + "</think>".length).trim();
}

function unfenced(text: string): string {
	if (!text.startsWith("```")) return text;
	const start = text.indexOf("\n");
	const end = text.lastIndexOf("```");
	return start === -1 || end <= start ? text : text.slice(start + 1, end);
}

function parsed(text: string): object | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
	} catch {
		return undefined;
	}
}
