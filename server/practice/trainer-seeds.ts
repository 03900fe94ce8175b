/** The practice seeds of one language, by split: what the reference student learns and what all students are judged on. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { findLanguage } from "../core/languages.ts";
import { type ChoiceItem, choiceItems, type HeldOutRow, seededRandom } from "./student-benchmark.ts";

const Seed = z.object({ id: z.string(), split: z.string(), prompt: z.string(), response: z.string() });

export interface PracticeSeeds {
	readonly language: string;
	readonly reference: readonly HeldOutRow[];
	readonly heldOut: readonly HeldOutRow[];
	/** Of the held-out rows, so that a result says what it was measured on. */
	readonly heldOutSha256: string;
}

/** The seeds of a language, or undefined where the product has none. */
export async function readSeeds(mediaFolder: string, language: string): Promise<PracticeSeeds | undefined> {
	// The code comes from a client: only a language of our own table may become part of a path.
	if (!findLanguage(language)) return undefined;
	const text = await readFile(join(mediaFolder, "practice", `${language}.jsonl`), "utf8").catch(() => undefined);
	if (text === undefined) return undefined;
	const lines = text.split("\n").filter((line) => line !== "");
	const seeds = lines.map((line) => Seed.parse(JSON.parse(line)));
	const heldOut = seeds.filter(({ split }) => split === "held-out");
	return {
		language,
		reference: seeds.filter(({ split }) => split === "reference"),
		heldOut,
		heldOutSha256: createHash("sha256").update(JSON.stringify(heldOut)).digest("hex"),
	};
}

export function questions({ heldOut }: PracticeSeeds, seed: number, maxSamples?: number): ChoiceItem[] {
	return choiceItems(heldOut, seededRandom(seed)).slice(0, maxSamples);
}
