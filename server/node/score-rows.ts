/** Reads score files: one JSON object a line, or one JSON array; a bad row is reported and the rest goes on. */
import { readFile, stat } from "node:fs/promises";
import * as z from "zod/mini";
import { type Problem, UserError } from "../core/problem.ts";

const largestBytes = 256 * 1024 * 1024;

export interface ReadRows<T> {
	readonly rows: readonly { readonly row: T; readonly line: number }[];
	/** One per bad row, `where` is `file:line`. */
	readonly problems: readonly Problem[];
}

/** Throws `UserError` when the file cannot be read or has no row of this kind. */
export async function readRows<S extends z.ZodMiniType>(path: string, schema: S): Promise<ReadRows<z.infer<S>>> {
	const rows: { row: z.infer<S>; line: number }[] = [];
	const problems: Problem[] = [];
	for (const { value, line, fault } of parseRows(await readText(path))) {
		const where = `${path}:${line}`;
		if (fault !== null) problems.push({ code: "not-json", message: fault, where });
		else {
			const parsed = z.safeParse(schema, value);
			if (parsed.success) rows.push({ row: parsed.data, line });
			else problems.push({ code: "not-a-score-row", message: oneLine(parsed.error), where });
		}
	}
	if (rows.length === 0) throw new UserError("no-rows", nothingIn(path, problems));
	return { rows, problems };
}

/** Reads a file that is one JSON object. Throws `UserError` naming what is wrong. */
export async function readObject<S extends z.ZodMiniType>(path: string, schema: S): Promise<z.infer<S>> {
	const text = await readText(path);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new UserError("not-json", `${path} is not JSON: ${messageOf(cause)}.`, { cause });
	}
	const parsed = z.safeParse(schema, value);
	if (!parsed.success) throw new UserError("wrong-shape", `${path}: ${oneLine(parsed.error)}`);
	return parsed.data;
}

async function readText(path: string): Promise<string> {
	try {
		const { size } = await stat(path);
		if (size > largestBytes)
			throw new UserError("too-large", `${path} has ${size} bytes; a score file has at most 256 MB.`);
		return (await readFile(path, "utf8")).replace(/^\uFEFF/u, "");
	} catch (cause) {
		if (cause instanceof UserError) throw cause;
		throw new UserError("unreadable", `Cannot read ${path}: ${messageOf(cause)}.`, { cause });
	}
}

function* parseRows(text: string): Generator<{ value: unknown; line: number; fault: string | null }> {
	if (text.trimStart().startsWith("[")) return yield* parseArray(text);
	let line = 0;
	for (const source of text.split("\n")) {
		line += 1;
		if (source.trim() === "") continue;
		try {
			yield { value: JSON.parse(source), line, fault: null };
		} catch (cause) {
			yield { value: null, line, fault: `not JSON: ${messageOf(cause)}` };
		}
	}
}

/** The elements of a JSON array, numbered from 1 in place of lines. */
function* parseArray(text: string): Generator<{ value: unknown; line: number; fault: string | null }> {
	try {
		const values: unknown = JSON.parse(text);
		if (Array.isArray(values))
			for (const [index, value] of values.entries()) yield { value, line: index + 1, fault: null };
	} catch (cause) {
		yield { value: null, line: 1, fault: `not JSON: ${messageOf(cause)}` };
	}
}

function nothingIn(path: string, problems: readonly Problem[]): string {
	const first = problems[0];
	return first ? `${first.where ?? path}: ${first.message} No usable row in the file.` : `${path} has no rows.`;
}

function oneLine(error: z.core.$ZodError): string {
	const issue = error.issues[0];
	if (!issue) return "not a score row.";
	const path = issue.path.join(".");
	return `${path ? `\`${path}\`: ` : ""}${issue.message.replaceAll(/\s+/gu, " ")}.`;
}

function messageOf(cause: unknown): string {
	return (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/gu, " ");
}
