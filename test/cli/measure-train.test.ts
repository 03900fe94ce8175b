import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Command } from "../../server/cli/command.ts";
import { run as measure } from "../../server/cli/measure.ts";
import { run as train } from "../../server/cli/train.ts";

const folder = await mkdtemp(join(tmpdir(), "measure-train-"));

async function command(run: Command, ...args: string[]) {
	let stdout = "";
	const stderr: string[] = [];
	const io = {
		stdout: (text: string) => {
			stdout += text;
		},
		stderr: (line: string) => void stderr.push(line),
		env: {},
		cwd: folder,
		mediaFolder: new URL("../../media/", import.meta.url).pathname,
		version: "0.0.0",
		signal: new AbortController().signal,
	};
	const code = await run(args, io);
	assert.equal(code, 0, stderr.join("\n"));
	return JSON.parse(stdout);
}

/** Two teachers, three strategies in unequal numbers, rows that can't be trained on between them. */
const rows = Array.from({ length: 400 }, (_, at) => ({
	...(at % 7 === 0 ? {} : { id: `r${at}` }),
	model: at % 3 === 0 ? "a" : "b",
	language: "de",
	strategy: ["generate", "translate", "respond"][at % 11 === 0 ? 0 : 1 + (at % 2)],
	prompt: `Frage ${at}`,
	response: at % 40 === 0 ? " " : `Antwort Nummer ${at * at}, und das ist alles.`,
}));
await writeFile(join(folder, "data.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

test("measure and train draw the same rows by the same numbers, and both say which", async () => {
	const draw = ["--subsample", "45", "--seed", "11"];
	const report = await command(measure, "data.jsonl", ...draw, "--format", "json");
	const measured = report.rows.map((row: Row) => [row.teacher_model, row.sample.ids]);
	const trained = await command(train, "--dataset", "data.jsonl", "--practice", ...draw);
	const drawn = join(folder, ".polyglot", "subsamples");
	const names = await readdir(drawn);
	const ids = JSON.parse(await readFile(join(drawn, names.find((name) => name.endsWith(".ids.json")) ?? ""), "utf8"));
	assert.deepEqual(
		ids.drawn.map(({ teacher, ids: own }: { teacher: string; ids: string[] }) => [teacher, own]).sort(),
		measured,
	);
	assert.deepEqual([ids.seed, ids.size, measured[0][1].length, measured[1][1].length], [11, 45, 45, 45]);
	const file = await readFile(join(drawn, names.find((name) => name.endsWith(".jsonl")) ?? ""));
	assert.equal(trained.dataset_sha256, createHash("sha256").update(file).digest("hex"));
	// The rows as they stand, which `--write-sample` of the measurement writes as well.
	await command(measure, "data.jsonl", ...draw, "--format", "json", "--write-sample", "chosen.jsonl");
	assert.deepEqual(await readFile(join(folder, "chosen.jsonl")), file);
});

interface Row {
	readonly teacher_model: string;
	readonly sample: { readonly ids: string[] };
}
