/** Answers item by item: from an evaluation on a trainer to a paired comparison in the score panel. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ItemResult } from "../../server/core/score/item-results.ts";
import { scoreTable } from "../../server/core/score/score-table.ts";
import { evaluateStudent, fileScores } from "../../server/node/evaluate-student.ts";
import { loadPublished } from "../../server/node/score-files.ts";
import { itemsPath, loadWorkspace } from "../../server/node/score-workspace.ts";
import { TrainerClient } from "../../server/node/trainer-client.ts";
import { practiceMode } from "../../server/practice/practice-mode.ts";
import { mediaFolder } from "../core/score/published-files.ts";

/** German seeds of the teachers' split: the whole answers, and answers of which every word is the first. */
async function datasets(folder: string): Promise<Record<string, string>> {
	const lines = (await readFile(join(mediaFolder, "practice/de.jsonl"), "utf8")).trim().split("\n");
	const seeds = lines.map((line) => JSON.parse(line)).filter(({ split }) => split === "teacher");
	const write = async (name: string, answer: (text: string) => string) => {
		const rows = seeds.map(({ prompt, response }) => ({ language: "de", prompt, response: answer(response) }));
		const path = join(folder, `${name}.jsonl`);
		await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
		return path;
	};
	const looping = (text: string) => text.replaceAll(/\p{L}+/gu, text.slice(0, 4));
	return { careful: await write("careful", (text) => text), looping: await write("looping", looping) };
}

test("evaluations leave answers item by item, and two students are compared in pairs", async () => {
	const folder = await mkdtemp(join(tmpdir(), "score-items-"));
	const practice = practiceMode(mediaFolder, 0);
	const client = await TrainerClient.open({
		...(await practice.trainer(join(folder, ".polyglot/practice-trainer"))),
		folder: join(folder, ".polyglot/students"),
		version: "1",
	});
	try {
		await client.connect();
		for (const [teacher, dataset] of Object.entries(await datasets(folder))) {
			const wish = { specVersion: 1, model: { id: "practice-base" }, template: "none" } as const;
			const about = { teacher, language: "de" };
			const trained = await client.launchTrain(wish, dataset, { title: teacher, about });
			await client.whenFinal(trained.runId);
			await evaluateStudent(client, trained.runId, {});
			await Promise.all(client.students().map(({ view }) => client.whenFinal(view.runId)));
		}
		const filed = await fileScores(client, folder, "1");
		assert.deepEqual(filed.map((row) => row.teacher_model).sort(), ["careful", "looping"]);
		for (const row of filed) {
			const text = await readFile(itemsPath(folder, String(row.run_id)), "utf8");
			const answers = text
				.trim()
				.split("\n")
				.map((line) => ItemResult.parse(JSON.parse(line)));
			const mean = answers.reduce((sum, { value }) => sum + value, 0) / answers.length;
			assert.equal(answers.length, row.tasks[0]?.n);
			assert.ok(Math.abs(mean - Number(row.result)) < 1e-12, "the score is the mean of its items");
		}
		const { cells } = scoreTable(await loadPublished(mediaFolder), await loadWorkspace(folder));
		const compared = cells.filter(({ source }) => source === "practice").map(({ gainComparison }) => gainComparison);
		for (const comparison of compared) assert.match(comparison?.origin ?? "", /^paired bootstrap over \d+ items$/);
		assert.deepEqual(compared.map((one) => [one?.rank, one?.low, one?.high, one?.isLeading]).sort(), [
			[1, 1, 1, true],
			[2, 2, 2, false],
		]);
		// Once they are there, they are not asked for again: the trainer may be gone.
		assert.deepEqual(await fileScores(client, folder, "1"), []);
	} finally {
		await client.close();
		await practice.close();
		await rm(folder, { recursive: true, force: true });
	}
});
