/** What a workspace adds to the published numbers, and how it is found, frozen and reported when it is damaged. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Population } from "../../server/core/score/rows.ts";
import { emptyWorkspace } from "../../server/core/score/score-table.ts";
import { findDataset } from "../../server/node/find-dataset.ts";
import { freezePopulation, loadWorkspace } from "../../server/node/score-workspace.ts";
import { published } from "../core/score/published-files.ts";
import { keepMeasured } from "./measured-rows.ts";

const newFolder = () => mkdtemp(join(tmpdir(), "workspace-"));
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("a folder without scores is an empty workspace, without a problem", async () => {
	assert.deepEqual(await loadWorkspace(await newFolder()), emptyWorkspace);
});

test("measured rows are appended; frozen, they are the population under a dated name", async () => {
	const folder = await newFolder();
	const rows = published.intrinsic.slice(0, 3);
	await keepMeasured(folder, rows);
	await keepMeasured(folder, [{ ...rows[0], rubric_score: 2 } as (typeof rows)[number]]);
	assert.equal((await loadWorkspace(folder)).measured.length, 4);
	const frozen = await freezePopulation(folder, "2026-11-25");
	// Of one teacher and language the newest counts, once.
	assert.deepEqual([frozen.name, frozen.n], ["this workspace, 2026-11-25", 3]);
	const kept = Population.parse(JSON.parse(await readFile(join(folder, ".polyglot/z-population.json"), "utf8")));
	assert.deepEqual(kept, (await loadWorkspace(folder)).population);
	await keepMeasured(folder, published.intrinsic.slice(3, 9));
	assert.deepEqual((await loadWorkspace(folder)).population, kept);
});

test("nothing measured is nothing to freeze", async () => {
	await assert.rejects(freezePopulation(await newFolder(), "2026-11-25"), /has all four metrics/);
});

test("damaged files are problems with their place; what can be read is read", async () => {
	const folder = await newFolder();
	await mkdir(join(folder, ".polyglot/students/e-0-de-0001/eval"), { recursive: true });
	const write = (name: string, text: string) => writeFile(join(folder, ".polyglot", name), text);
	await keepMeasured(folder, published.intrinsic.slice(0, 1));
	await write("z-population.json", "{");
	await write("curves.jsonl", '{"source":1}\n');
	const score = { student_base: "b", teacher_model: "t", target_lang: "de", result: 0.5, run_id: "e-0-de-0001" };
	const outside = { ...score, teacher_model: "u", run_id: "../../../../etc" };
	await write("scores.jsonl", `${JSON.stringify(score)}\n${JSON.stringify(outside)}\n`);
	const answer = { task: "a", language: "de", item: "q1", value: 1 };
	await write("students/e-0-de-0001/eval/items.jsonl", `${JSON.stringify(answer)}\n{"task":"a","value":7}\n`);
	const found = await loadWorkspace(folder);
	assert.equal(found.measured.length, 1);
	assert.equal(found.rows.length, 2);
	assert.equal(found.population, null);
	assert.equal(found.items.size, 0, "half of the answers would be another benchmark");
	assert.deepEqual(
		found.problems.map(({ where, message }) => /(curves|z-population|items)/.exec(where ?? message)?.[1]).sort(),
		["curves", "items", "z-population"],
	);
});

test("a dataset is found by its content, wherever it lies, and only as long as it is unchanged", async () => {
	const folder = await newFolder();
	await mkdir(join(folder, "deep/er"), { recursive: true });
	await mkdir(join(folder, "node_modules"));
	const path = join(folder, "deep/er/samples.jsonl");
	const text = '{"prompt":"a","response":"b"}\n';
	await writeFile(join(folder, "other.jsonl"), "{}\n");
	await writeFile(join(folder, "node_modules/samples.jsonl"), text);
	await writeFile(path, text);
	assert.equal(await findDataset(folder, sha256(text)), path);
	await writeFile(path, `${text}${text}`);
	assert.equal(await findDataset(folder, sha256(text)), null);
	assert.equal(await findDataset(folder, sha256(`${text}${text}`)), path);
});
