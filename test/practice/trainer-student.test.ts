/** The practice student learns for real: more and cleaner data helps, and no split leaks into another. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import type { TrainingPair } from "../../server/core/trainer/rows.ts";
import { encodePair, NgramModel } from "../../server/practice/student.ts";
import {
	bitsPerByte,
	choiceItems,
	choiceScore,
	credit,
	seededRandom,
} from "../../server/practice/student-benchmark.ts";
import { Counts } from "../../server/practice/student-counts.ts";
import { decodeStudent, encodeStudent } from "../../server/practice/student-file.ts";
import { anchor } from "../../server/practice/trainer-evaluate.ts";

const folder = new URL("../../media/practice/", import.meta.url);
interface Row extends TrainingPair {
	readonly id: string;
	readonly split: string;
}

async function readSplits(language: string) {
	const text = await readFile(new URL(`${language}.jsonl`, folder), "utf8");
	const rows: Row[] = text
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	const of = (split: string) => rows.filter((row) => row.split === split);
	return { rows, teacher: of("teacher"), reference: of("reference"), heldOut: of("held-out") };
}

function taught(pairs: readonly TrainingPair[]): NgramModel {
	const model = new NgramModel();
	for (const pair of pairs) {
		const { text, from } = encodePair(pair);
		model.learn(text, from);
	}
	return model;
}

test("probabilities of all bytes sum to one after any context", () =>
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.uint8Array({ maxLength: 6 }), (learnt, context) => {
			const model = new NgramModel();
			model.learn(learnt);
			let sum = 0;
			for (let byte = 0; byte < 256; byte += 1) {
				sum += Math.exp(model.logLikelihood(Uint8Array.of(...context, byte), context.length));
			}
			assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
		}),
		{ numRuns: 50 },
	));

test("counts are what a map would hold", () =>
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3000 }), fc.nat(), (keys, seed) => {
			const counts = new Counts();
			const map = new Map<number, number>();
			for (const [index, small] of keys.entries()) {
				const key = small * 2 ** 45 + ((index * seed) % 1500);
				assert.equal(counts.add(key), map.get(key) ?? 0);
				map.set(key, (map.get(key) ?? 0) + 1);
			}
			assert.equal(counts.size, map.size);
			for (const [key, count] of map) assert.equal(counts.get(key), count);
		}),
		{ numRuns: 50 },
	));

test("a model without contexts is at chance exactly", () => {
	const item = { context: "Hel", choices: ["lo there", "per gives", "met on hi", "mut Kohl", "ix the cat"] };
	assert.equal(credit(new NgramModel(0), item), 1 / 5);
});

test("a student read back from its file is the same student", async () => {
	const { teacher, heldOut } = await readSplits("ja");
	const model = taught(teacher);
	const file = encodeStudent(model);
	assert.deepEqual(bitsPerByte(decodeStudent(file), heldOut), bitsPerByte(model, heldOut));
	assert.deepEqual(encodeStudent(decodeStudent(file)), file);
	assert.throws(() => decodeStudent(file.subarray(1)), /no practice student/);
});

test("the same seed asks the same questions", async () => {
	const { heldOut } = await readSplits("en");
	const [a, b, c] = [1, 1, 2].map((seed) => choiceItems(heldOut, seededRandom(seed)));
	assert.deepEqual(a, b);
	assert.notDeepEqual(a, c);
});

const languages = (await readdir(folder)).filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -6));

for (const language of languages) {
	test(`${language}: the splits share no seed, prompt or response`, async () => {
		const { rows } = await readSplits(language);
		for (const field of ["id", "prompt", "response"] as const) {
			const splitOf = new Map<string, string>();
			for (const row of rows) {
				assert.equal(splitOf.get(row[field]) ?? row.split, row.split, `${row.id}: ${field}`);
				splitOf.set(row[field], row.split);
			}
		}
	});

	test(`${language}: reference beats base, clean data beats repetitive and foreign data of the same count`, async () => {
		const { teacher, reference, heldOut } = await readSplits(language);
		if (heldOut.length < 40) return;
		const foreign = (await readSplits(language === "en" ? "id" : "en")).teacher;
		const seeds = { language, reference, heldOut, heldOutSha256: "" };
		const repetitive = teacher.map(({ prompt }, row) => ({ prompt, response: teacher[row % 5]?.response ?? "" }));
		const wrong = teacher.map(({ prompt }, row) => ({ prompt, response: foreign[row]?.response ?? "" }));
		const items = choiceItems(heldOut, seededRandom(3407));
		const models = {
			base: anchor("practice-base", seeds),
			reference: anchor("practice-reference", seeds),
			clean: taught(teacher),
			half: taught(teacher.slice(0, 20)),
			repetitive: taught(repetitive),
			wrong: taught(wrong),
		};
		const score = (name: keyof typeof models) => {
			const choice = choiceScore(models[name], items);
			const bits = bitsPerByte(models[name], heldOut);
			assert.ok(choice && bits, name);
			return { acc: choice.value, stderr: choice.stderr ?? 0, bits: bits.value };
		};
		const [base, best, clean, half] = [score("base"), score("reference"), score("clean"), score("half")];
		assert.ok(Math.abs(base.acc - 0.2) < 1e-9, `base ${base.acc}`);
		assert.ok(best.acc - base.acc > 4 * Math.hypot(best.stderr, base.stderr), `reference ${best.acc}`);
		assert.ok(clean.bits < half.bits && clean.acc > half.acc, `half the data: ${half.acc} ${half.bits}`);
		for (const name of ["repetitive", "wrong"] as const) {
			const noisy = score(name);
			const error = 2 * Math.hypot(clean.stderr, noisy.stderr);
			assert.ok(clean.acc - noisy.acc > error, `clean ${clean.acc} against ${name} ${noisy.acc} ± ${error}`);
			assert.ok(clean.bits < noisy.bits, `clean ${clean.bits} against ${name} ${noisy.bits} bits`);
		}
	});
}
