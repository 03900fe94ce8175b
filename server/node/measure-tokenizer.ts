/** Counts tokens by a `tokenizer.json` of the user's own: read from disk, in JavaScript, without the network. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { UserError } from "../core/problem.ts";

export interface TokenCounter {
	/** Special tokens are not counted. */
	count(text: string): number;
}

/** Loading takes up to two seconds and 150 MB for the largest vocabularies: done where tokens are counted, once. */
export function loadTokenizer(path: string): TokenCounter {
	const tokenizer = opened(path);
	return { count: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length };
}

/** Named by its file and content, so that lengths by different ones are told apart. */
export function tokenizerName(path: string): string {
	const hash = createHash("sha256").update(read(path)).digest("hex").slice(0, 12);
	return `${basename(dirname(path))}/${basename(path)} (sha256 ${hash})`;
}

function opened(path: string): Tokenizer {
	try {
		return new Tokenizer(object(read(path)), config(path));
	} catch (cause) {
		if (cause instanceof UserError) throw cause;
		throw refused(path, cause);
	}
}

/** Settings beside the tokenizer change how some vocabularies treat the first word; they need not be there. */
function config(path: string): object {
	try {
		return object(readFileSync(join(dirname(path), "tokenizer_config.json"), "utf8"));
	} catch {
		return {};
	}
}

function object(text: string): object {
	const value: unknown = JSON.parse(text);
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("it is no JSON object");
	return value;
}

function read(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (cause) {
		throw refused(path, cause);
	}
}

function refused(path: string, cause: unknown): UserError {
	const why = cause instanceof Error ? cause.message : String(cause);
	return new UserError("tokenizer", `${path} can't count tokens: ${why}. Name the tokenizer.json of a model.`, {
		cause,
	});
}
