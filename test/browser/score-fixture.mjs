// A workspace with scores of its own: three teachers, an older evaluation, answers item by item, measured metrics, a learning curve.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../server/core/generate/seeded-random.ts";
import { anchorFrom, ownScore } from "../../server/core/score/own-score.ts";

const studentBase = "my-org/base-2b";
const items = 400;
const sizes = [100, 300, 1000];

/** Share of right answers by teacher, on two benchmarks. */
const teachers = { "gemma-3-27b-it": [0.58, 0.44], "aya-expanse-32b": [0.56, 0.43], "معلم-محلي-7b": [0.47, 0.36] };

/** Writes `.polyglot/` and the datasets; everything in it is made by the product's own arithmetic. */
export function writeScoreWorkspace(folder) {
	const at = (...path) => join(folder, ".polyglot", ...path);
	mkdirSync(at(), { recursive: true });
	const datasets = sizes.map((rows) => dataset(folder, rows));
	const rows = [];
	for (const [teacher, shares] of Object.entries(teachers)) {
		for (const language of ["de", "ar"]) {
			const runId = `e-${Object.keys(teachers).indexOf(teacher)}-${language}-0001`;
			const answers = answersOf(language, shares, language === "de" ? 0 : 0.05, teacher);
			mkdirSync(at("students", runId, "eval"), { recursive: true });
			writeFileSync(at("students", runId, "eval", "items.jsonl"), lines(answers));
			rows.push(row({ teacher, language, runId, answers, sha256: datasets[2].sha256 }));
		}
	}
	rows.unshift(older(rows[0]));
	for (const [index, { sha256 }] of datasets.slice(0, 2).entries()) {
		const answers = answersOf("de", [0.4 + 0.09 * index, 0.33 + 0.05 * index], 0);
		rows.push(row({ teacher: "gemma-3-27b-it", language: "de", runId: `e-curve-${index}-0001`, answers, sha256 }));
	}
	writeFileSync(at("scores.jsonl"), lines(rows));
	writeFileSync(
		at("intrinsic.jsonl"),
		lines(Object.keys(teachers).flatMap((teacher, index) => measured(teacher, index))),
	);
	const steps = datasets.map(({ name, rows: count, sha256 }) => ({ rows: count, path: name, sha256 }));
	const nested = { source: "samples.de.jsonl", source_sha256: datasets[2].sha256, seed: 0, steps };
	writeFileSync(at("curves.jsonl"), lines([nested]));
}

function dataset(folder, rows) {
	const name = `samples.de.${rows}.jsonl`;
	const text = lines(Array.from({ length: rows }, (_, n) => ({ prompt: `Frage ${n}`, response: `Antwort ${n}` })));
	writeFileSync(join(folder, name), text);
	return { name, rows, sha256: createHash("sha256").update(text).digest("hex") };
}

/** Items that are hard are hard for all, and every student has luck of its own. */
function answersOf(language, shares, ease, student = "") {
	const random = seededRandom(`items ${language}`);
	const luck = seededRandom(`luck ${language} ${student}`);
	return shares.flatMap((share, task) =>
		Array.from({ length: items }, (_, n) => ({
			task: ["global_mmlu_lite", "mgsm"][task],
			language,
			item: `q${n}`,
			value: (luck() < 0.15 ? luck() : random()) < share + ease ? 1 : 0,
		})),
	);
}

function taskOf(answers, task, shots) {
	const own = answers.filter((one) => one.task === task);
	const value = own.reduce((sum, one) => sum + one.value, 0) / own.length;
	return {
		task,
		metric: "acc",
		shots,
		value,
		stderr: Math.sqrt((value * (1 - value)) / (own.length - 1)),
		n: own.length,
	};
}

function row({ teacher, language, runId, answers, sha256 }) {
	const tasks = [taskOf(answers, "global_mmlu_lite", 0), taskOf(answers, "mgsm", 5)];
	const shifted = ([first, second]) => [
		{ ...tasks[0], value: 0.42 + first, stderr: 0.018 },
		{ ...tasks[1], value: 0.31 + second, stderr: 0.018 },
	];
	return ownScore({
		studentBase,
		teacher,
		language,
		tasks,
		anchor: anchorFrom(tasks, shifted([0, 0]), shifted([0.21, 0.16])).anchor,
		intrinsic: null,
		population: null,
		practice: false,
		runId,
		createdAt: "2026-11-24T16:20:00.000Z",
		datasetSha256: sha256,
		codeVersion: "0.1.0",
	});
}

/** A row that somebody edited: its result is no longer the mean of its tasks. */
const older = (newest) => ({
	...newest,
	run_id: "e-0-de-0000",
	created_at: "2026-11-23T09:00:00.000Z",
	result: newest.result - 0.02,
});

/** By an embedding model other than the paper's: comparable with each other, not with the published rows. */
function measured(teacher, index) {
	return ["de", "ar"].map((language, shift) => ({
		teacher_model: teacher,
		target_lang: language,
		prompts_distinct_ri: 0.72 - 0.03 * index,
		responses_distinct_ri: 0.84 - 0.02 * index + 0.01 * shift,
		rubric_score: 4.1 - 0.4 * index,
		perplexity: 6 + 3 * index,
		embedding_model: "lexical-char-ngrams-2^18-v1",
		judge_model: "http://127.0.0.1#practice-judge",
		perplexity_model: "practice-base",
	}));
}

const lines = (rows) => rows.map((one) => `${JSON.stringify(one)}\n`).join("");
