import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type AnnotatedLine, annotateFiles, type NamedFile } from "../../server/node/annotate-file.ts";
import { annotateAll, defaultOptions } from "../core/checks/annotations.ts";
import { seedAt, testLanguages } from "../core/checks/practice-seeds.ts";
import { seededRandom } from "../core/near-duplicates/planted-texts.ts";

const folder = await mkdtemp(join(tmpdir(), "annotate-files-"));
test.after(() => rm(folder, { recursive: true }));
const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const engineFile = new URL("engine-threads-fixture.ts", import.meta.url);

/** Rows good and bad: other languages, loops, copies with changed words, broken JSON, blank lines. */
function mixedLines(count: number, seed: number): string[] {
	const random = seededRandom(seed);
	const below = (limit: number) => Math.floor(random() * limit);
	return Array.from({ length: count }, (_, index) => {
		const language = testLanguages[below(testLanguages.length)] ?? "de";
		const { prompt, response } = seedAt(language, below(120));
		const other = seedAt(testLanguages[below(testLanguages.length)] ?? "en", below(120)).response;
		const answers = [response, response, other, `${response.slice(0, 30)} `.repeat(8), `${response} ${other}`];
		const row = { id: String(index), language, prompt, response: answers[below(answers.length)] };
		if (below(40) === 0) return "";
		const line = JSON.stringify(row);
		return below(40) === 0 ? line.slice(0, below(line.length)) : line;
	});
}

async function written(name: string, bytes: string | Uint8Array): Promise<NamedFile> {
	const path = join(folder, name);
	await writeFile(path, bytes);
	return { path, name };
}

async function annotated(files: readonly NamedFile[], threads?: number): Promise<AnnotatedLine[]> {
	const means = { mediaFolder, ...(threads === undefined ? {} : { engineFile, threads }) };
	const lines: AnnotatedLine[] = [];
	for await (const block of annotateFiles(files, defaultOptions, means)) lines.push(...block);
	return lines;
}

const lines = mixedLines(2400, 1);

test("threads find what one thread finds, and what the lines say in memory", async () => {
	const file = await written("mixed.jsonl", `${lines.join("\n")}\n`);
	const single = await annotated([file]);
	assert.deepEqual(await annotated([file], 2), single);
	assert.deepEqual(
		single.map(({ problems }) => problems),
		annotateAll(lines),
	);
	assert.deepEqual(
		single.map(({ line }) => line),
		lines.map((_, index) => index + 1),
	);
	const codes = new Set(single.flatMap(({ problems }) => problems.map(({ code }) => code)));
	for (const code of ["not-json", "language-mismatch", "degenerate-loop", "exact-duplicate", "near-duplicate"] as const)
		assert.ok(codes.has(code), code);
});

test("packed files say the same", async () => {
	const few = lines.slice(0, 200);
	const text = `${few.join("\n")}\n`;
	const problems = async (file: NamedFile) => (await annotated([file])).map((line) => line.problems);
	const plain = await problems(await written("few.jsonl", text));
	assert.deepEqual(await problems(await written("few.jsonl.gz", gzipSync(text))), plain);
	assert.deepEqual(await problems(await written("few.jsonl.zst", zstdCompressSync(text))), plain);
});

test("duplicates are found across files, and the other file is named", async () => {
	const row = JSON.stringify(seedAt("de", 3));
	const almost = JSON.stringify({ ...seedAt("de", 3), response: `${seedAt("de", 3).response} Danke.` });
	const one = await written("one.jsonl", `${JSON.stringify(seedAt("de", 4))}\n${row}\n`);
	const two = await written("two.jsonl", `\n${row}\n${almost}\n${row}\n`);
	const found = (await annotated([one, two])).flatMap(({ file, line, problems }) =>
		problems.map(({ code, message }) => `${file}:${line} ${code} ${/line \d+(?: of [\w.]*\w)?/.exec(message)?.[0]}`),
	);
	assert.deepEqual(found, [
		"two.jsonl:2 exact-duplicate line 2 of one.jsonl",
		"two.jsonl:3 near-duplicate line 2 of one.jsonl",
		"two.jsonl:4 exact-duplicate line 2 of one.jsonl",
	]);
});

test("an answer of unusual length is held against the answers of all files", async () => {
	const row = (index: number, times: number) =>
		JSON.stringify({
			language: "de",
			prompt: "Was?",
			response: `${index} ${seedAt("de", index).response}`.repeat(times),
		});
	const usual = Array.from({ length: 30 }, (_, index) => row(index, 1));
	const one = await written("usual.jsonl", `${usual.join("\n")}\n`);
	const two = await written("long.jsonl", row(40, 40));
	const codes = async (files: readonly NamedFile[]) =>
		(await annotated(files)).at(-1)?.problems.map(({ code }) => code) ?? [];
	assert.ok((await codes([one, two])).includes("length-outlier"));
	assert.ok(!(await codes([two])).includes("length-outlier"));
});

test("a signal ends the work of threads", async () => {
	const file = await written("aborted.jsonl", `${lines.join("\n")}\n`.repeat(3));
	const stop = new AbortController();
	const means = {
		mediaFolder,
		engineFile,
		threads: 1,
		signal: stop.signal,
		onProgress: () => stop.abort(new Error("enough")),
	};
	await assert.rejects(async () => {
		for await (const _ of annotateFiles([file], defaultOptions, means));
	}, /enough/);
});
