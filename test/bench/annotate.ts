/** Speed of review in the editor and over files, and how well wrong languages are found, on the practice texts. */
import { annotateLine } from "../../server/core/annotate.ts";
import { defaultOptions } from "../core/checks/annotations.ts";
import { seedAt, testLanguages } from "../core/checks/practice-seeds.ts";
import { seededRandom } from "../core/near-duplicates/planted-texts.ts";
import { editorRows } from "./annotate/editor.ts";
import { fileRows } from "./annotate/files.ts";
import type { Bench, BenchRow } from "./main.ts";

export async function run(): Promise<Bench> {
	const rows = [...(await editorRows()), ...(await fileRows()), ...languageRows()];
	return { name: "review: practice texts in 8 languages; text the tests use as well", rows };
}

/** Ten in a hundred answers come from another of the eight languages; the rest are as they were. */
function languageRows(): BenchRow[] {
	const random = seededRandom(3);
	let found = 0;
	let wrong = 0;
	let falseAlarms = 0;
	let good = 0;
	for (const language of testLanguages) {
		for (let index = 0; index < 1200; index += 1) {
			const isWrong = index % 10 === 0;
			const others = testLanguages.filter((other) => other !== language);
			const from = isWrong ? (others[Math.floor(random() * others.length)] ?? language) : language;
			const { prompt } = seedAt(language, index % 120);
			const { response } = seedAt(from, (index * 7) % 120);
			const { findings } = annotateLine(JSON.stringify({ language, prompt, response }), defaultOptions);
			const isFound = findings.some(({ code }) => code === "language-mismatch");
			if (isWrong) wrong += 1;
			else good += 1;
			if (isFound && isWrong) found += 1;
			if (isFound && !isWrong) falseAlarms += 1;
		}
	}
	const recall = found / wrong;
	const precision = found / Math.max(1, found + falseAlarms);
	return [
		{
			what: `wrong language, ${wrong} of ${wrong + good}: recall`,
			measured: recall.toFixed(3),
			target: "0.98",
			ok: recall >= 0.98,
		},
		{ what: "wrong language: precision", measured: precision.toFixed(3), target: "0.97", ok: precision >= 0.97 },
	];
}
