/** The reference texts of the noise score: answers of the practice seeds, which people proofread, in eight languages. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { languages } from "../core/languages.ts";

/** Answers by language code. */
export type NoiseReference = ReadonlyMap<string, readonly string[]>;

/** Rejects where the product's own files can't be read. */
export async function loadNoiseReference(mediaFolder: string): Promise<NoiseReference> {
	const read = async (code: string): Promise<[string, string[]]> => {
		const text = await readFile(join(mediaFolder, "practice", `${code}.jsonl`), "utf8");
		const rows = text.trim().split("\n");
		return [code, rows.map((row) => (JSON.parse(row) as { response: string }).response)];
	};
	return new Map(await Promise.all(languages.map(({ code }) => read(code))));
}
