/** Reads a teacher's answer. What a teacher writes is never trusted: it is checked here, and wrong is a value. */
import * as z from "zod/mini";

export interface Pair {
	readonly prompt: string;
	readonly response: string;
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

const PairSchema = z.strictObject({ prompt: z.string(), response: z.string() });

/** An answer that should be one JSON object with exactly `prompt` and `response`, perhaps in a code fence. */
export function readPair(text: string): Read<Pair> {
	const body = unfenced(withoutThinking(text)).trim();
	const value = parsed(body) ?? parsed(escapedControls(body)) ?? parsed(outermostObject(body));
	if (value === undefined) return wrong("the answer is not one JSON object");
	const pair = PairSchema.safeParse(value);
	if (!pair.success) return wrong(describeIssue(value));
	if (pair.data.prompt.trim() === "") return wrong('"prompt" is empty');
	if (pair.data.response.trim() === "") return wrong('"response" is empty');
	return { ok: true, value: pair.data };
}

/** An answer in plain text. */
export function readText(text: string): Read<string> {
	const answer = withoutThinking(text).trim();
	return answer === "" ? wrong("the answer is empty") : { ok: true, value: answer };
}

/** Blanks in a row that no sane JSON holds; grammar-bound servers fall into such loops. The number is an assumption. */
const blankLoop = /[ \t\r\n]{201}/;

export const isBlankLoop = (text: string): boolean => blankLoop.test(text);

/** A reasoning model's thoughts, where the server leaves them in the content. */
function withoutThinking(text: string): string {
	const start = text.trimStart();
	if (!start.startsWith("<think>")) return text;
	const end = start.indexOf("</think>");
	return end === -1 ? "" : start.slice(end + "</think>".length);
}

function unfenced(text: string): string {
	const open = text.indexOf("```");
	if (open === -1 || text.slice(0, open).includes("{")) return text;
	const start = text.indexOf("\n", open);
	const close = text.lastIndexOf("```");
	return start === -1 ? text : text.slice(start + 1, close > start ? close : undefined);
}

/** Teachers often wrap the object in a sentence. */
function outermostObject(text: string): string {
	return escapedControls(text.slice(Math.max(0, text.indexOf("{")), text.lastIndexOf("}") + 1));
}

/** Line breaks and tabs written raw inside strings, the commonest fault, become escapes. One pass, whatever the text. */
function escapedControls(text: string): string {
	let escaped = "";
	let copied = 0;
	let isInside = false;
	for (let at = 0; at < text.length; at++) {
		const character = text[at] ?? "";
		if (character === '"') isInside = !isInside;
		else if (isInside && character === "\\") at += 1;
		else if (isInside && character in controlEscapes) {
			escaped += text.slice(copied, at) + controlEscapes[character];
			copied = at + 1;
		}
	}
	return escaped + text.slice(copied);
}

const controlEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function parsed(text: string): object | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

function describeIssue(value: object): string {
	if (Array.isArray(value)) return "the answer is a list, not one object";
	const extra = Object.keys(value).find((name) => name !== "prompt" && name !== "response");
	if (extra !== undefined) return `the field ${JSON.stringify(extra.slice(0, 40))} is not wanted`;
	const missing = ["prompt", "response"].find((name) => typeof Reflect.get(value, name) !== "string");
	return `"${missing ?? "prompt"}" is missing or not text`;
}

const wrong = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });
