/** The texts practice teachers know: the teacher split of the practice seeds, never another split. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SeedRow } from "../core/sample-row.ts";

export interface PracticeText {
	readonly language: string;
	/** The same in all languages. */
	readonly sourceId: string;
	readonly prompt: string;
	readonly response: string;
}

export class PracticeTexts {
	readonly #byLanguage = new Map<string, PracticeText[]>();
	readonly #byPrompt = new Map<string, PracticeText>();

	constructor(texts: Iterable<PracticeText>) {
		for (const text of texts) {
			const known = this.#byLanguage.get(text.language);
			if (known) known.push(text);
			else this.#byLanguage.set(text.language, [text]);
			this.#byPrompt.set(text.prompt, text);
		}
	}

	get languages(): string[] {
		return [...this.#byLanguage.keys()];
	}

	/** Texts of a language; English where there are none. */
	of(language: string): readonly PracticeText[] {
		return this.#byLanguage.get(language) ?? this.#byLanguage.get("en") ?? [];
	}

	withPrompt(prompt: string): PracticeText | undefined {
		return this.#byPrompt.get(prompt);
	}

	/** The same text in another language. */
	parallel(sourceId: string, language: string): PracticeText | undefined {
		return this.#byLanguage.get(language)?.find((text) => text.sourceId === sourceId);
	}
}

/** Reads `<mediaFolder>/practice/<language>.jsonl`. */
export async function loadPracticeTexts(mediaFolder: string): Promise<PracticeTexts> {
	const folder = join(mediaFolder, "practice");
	const names = (await readdir(folder)).filter((name) => /^[a-z]{2,3}\.jsonl$/.test(name)).sort();
	const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
	const rows = files.flatMap((file) => file.split("\n").filter(Boolean)).map((line) => SeedRow.parse(JSON.parse(line)));
	const texts = rows.filter(({ split, response }) => split === "teacher" && response !== "").map(textOf);
	if (texts.length === 0) throw new Error(`${folder} holds no practice seeds of the teacher split.`);
	return new PracticeTexts(texts);
}

const textOf = ({ language, source_id, prompt, response }: SeedRow): PracticeText => ({
	language,
	sourceId: source_id,
	prompt,
	response,
});
