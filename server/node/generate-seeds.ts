/** Reads seed files: the published schema, and plainer rows as far as they say enough. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import * as z from "zod/mini";
import { UserError } from "../core/problem.ts";
import { type SeedRow, Strategy, strategies } from "../core/sample-row.ts";

export interface Seeds {
	readonly rows: readonly SeedRow[];
	readonly files: readonly { readonly path: string; readonly sha256: string }[];
	/** Lines that are no seed, as `file:line`. */
	readonly unusable: readonly string[];
	/** Rows kept back because their split is not the teachers'. */
	readonly otherSplits: number;
}

/** Only the question is needed; what else a row says is taken over. */
const LooseSeed = z.looseObject({
	id: z.optional(z.string()),
	source: z.optional(z.string()),
	source_id: z.optional(z.string()),
	language: z.optional(z.string()),
	strategy: z.optional(z.union([Strategy, z.array(Strategy)])),
	prompt: z.optional(z.string()),
	response: z.optional(z.nullable(z.string())),
	messages: z.optional(z.array(z.looseObject({ role: z.string(), content: z.string() }))),
	split: z.optional(z.string()),
});

/** `language` is assumed of rows that name none. Throws a `UserError` where a file cannot be read. */
export async function readSeeds(paths: readonly string[], language: string): Promise<Seeds> {
	const files: { path: string; sha256: string }[] = [];
	const all: ParsedSeeds[] = [];
	for (const path of paths) {
		const text = await readSeedFile(path);
		files.push({ path, sha256: sha256(text) });
		all.push(parseSeeds(text, path, language));
	}
	const rows = new Map(all.flatMap((one) => one.rows).map((row) => [row.id, row]));
	return {
		rows: [...rows.values()],
		files,
		unusable: all.flatMap(({ unusable }) => unusable),
		otherSplits: all.reduce((sum, { otherSplits }) => sum + otherSplits, 0),
	};
}

export type ParsedSeeds = Omit<Seeds, "files">;

/** The seeds of one text; `path` names its lines. */
export function parseSeeds(text: string, path: string, language: string): ParsedSeeds {
	const rows = new Map<string, SeedRow>();
	const unusable: string[] = [];
	let otherSplits = 0;
	for (const [index, line] of text.split("\n").entries()) {
		if (line.trim() === "") continue;
		const row = seedOf(line, path, language);
		if (!row) unusable.push(`${path}:${index + 1}`);
		// Reference and held-out rows judge students; a teacher's sample of them would leak the answers.
		else if (row.split !== undefined && row.split !== "teacher") otherSplits += 1;
		else rows.set(row.id, row);
	}
	return { rows: [...rows.values()], unusable, otherSplits };
}

async function readSeedFile(path: string): Promise<string> {
	try {
		return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
	} catch (cause) {
		throw new UserError("seeds-unreadable", `Cannot read the seed file ${path}: ${String(cause)}`, { cause });
	}
}

function seedOf(line: string, path: string, language: string): SeedRow | undefined {
	const parsed = LooseSeed.safeParse(parsedJson(line));
	if (!parsed.success) return undefined;
	const { messages = [], ...row } = parsed.data;
	const prompt = row.prompt ?? messages.findLast(({ role }) => role === "user")?.content;
	if (prompt === undefined || prompt.trim() === "") return undefined;
	const response = row.response ?? messages.findLast(({ role }) => role === "assistant")?.content ?? "";
	const sourceId = row.source_id ?? sha256(prompt).slice(0, 32);
	const named = row.strategy === undefined ? undefined : [row.strategy].flat();
	return {
		...parsed.data,
		id: row.id ?? sourceId,
		source: row.source ?? basename(path),
		source_id: sourceId,
		language: row.language ?? language,
		strategy: named ?? (response === "" ? ["respond"] : [...strategies]),
		prompt,
		response,
		split: row.split as SeedRow["split"],
	};
}

function parsedJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
