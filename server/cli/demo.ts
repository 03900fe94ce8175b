/** `polyglot demo`: the whole way on practice mode, in a terminal, ending with the score table. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findLanguage } from "../core/languages.ts";
import { UserError } from "../core/problem.ts";
import type { ScoreCell } from "../core/score/panel-message.ts";
import { scoreTable } from "../core/score/score-table.ts";
import { evaluateStudent, fileScores } from "../node/evaluate-student.ts";
import { startGenerateRun } from "../node/generate-run.ts";
import { loadPublished } from "../node/score-files.ts";
import { loadWorkspace } from "../node/score-workspace.ts";
import { TrainerClient } from "../node/trainer-client.ts";
import { practiceMode } from "../practice/practice-mode.ts";
import { run as annotate } from "./annotate.ts";
import type { Command, CommandIo } from "./command.ts";

const usage = `Usage: polyglot demo [--lang de,id,ar] [--count 24] [--folder DIR]

Generates samples from the practice teachers, annotates them, trains a practice student on each file, evaluates it with its
base and reference, and prints the scores. Everything is practice: canned text, and a byte n-gram model as the student.
`;

const options = {
	lang: { type: "string", default: "de,id,ar" },
	count: { type: "string", default: "24" },
	folder: { type: "string" },
	help: { type: "boolean", short: "h", default: false },
} as const;

export const run: Command = async (args, io) => {
	const asked = parsed(args);
	if (asked.help) {
		io.stdout(usage);
		return 0;
	}
	const folder =
		asked.folder === undefined ? await mkdtemp(join(tmpdir(), "polyglot-demo-")) : resolve(io.cwd, asked.folder);
	const practice = practiceMode(io.mediaFolder, 0);
	const client = await TrainerClient.open({
		...(await practice.trainer(join(folder, ".polyglot/practice-trainer"))),
		folder: join(folder, ".polyglot/students"),
		version: io.version,
	});
	try {
		await client.connect();
		for (const language of languagesOf(asked.lang))
			await walk({ language, folder, practice, client, count: countOf(asked.count) }, io);
		await fileScores(client, folder, io.version);
		io.stdout(await table(folder, io));
	} finally {
		await client.close();
		await practice.close();
	}
	return 0;
};

interface Way {
	readonly language: string;
	readonly folder: string;
	readonly count: number;
	readonly practice: ReturnType<typeof practiceMode>;
	readonly client: TrainerClient;
}

/** Generate, annotate, train and evaluate, for every practice teacher in one language. */
async function walk(way: Way, io: CommandIo): Promise<void> {
	for (const teacher of way.practice.teacherNames) {
		io.signal.throwIfAborted();
		io.stdout(`\n${findLanguage(way.language)?.name ?? way.language}, ${teacher}\n`);
		const dataset = await generate(way, teacher, io);
		io.stdout(`  annotate  ${await weakSamples(dataset, io)}\n`);
		await trainAndEvaluate(way, teacher, dataset, io);
	}
}

async function generate({ language, folder, count, practice }: Way, name: string, io: CommandIo): Promise<string> {
	const { teachers, apiKey } = await practice.teachers();
	const output = join(folder, `samples.${language}.${name}.jsonl`);
	const run = await startGenerateRun({
		folder,
		teachers: teachers.filter((teacher) => teacher.name === name),
		languages: [language],
		strategies: ["generate", "respond"],
		seedFiles: [join(io.mediaFolder, "practice", `${language}.jsonl`)],
		count,
		output,
		seed: 1,
		key: async () => apiKey,
		signal: io.signal,
	});
	const { accepted, rejected, target, message } = await run.ended;
	io.stdout(
		`  generate  ${accepted} of ${target} samples accepted, ${rejected} rejected${message === null ? "" : `: ${message}`}\n`,
	);
	if (accepted === 0) throw new UserError("no-samples", `${name} gave no usable sample in ${language}.`);
	return output;
}

/** The last line of the annotator's report, which sums it up. */
async function weakSamples(dataset: string, io: CommandIo): Promise<string> {
	let report = "";
	await annotate([dataset, "--format", "text"], {
		...io,
		stdout: (text) => {
			report += text;
		},
	});
	return report.trim().split("\n").at(-1) ?? "";
}

async function trainAndEvaluate(
	{ language, client }: Way,
	teacher: string,
	dataset: string,
	io: CommandIo,
): Promise<void> {
	const title = `${findLanguage(language)?.name ?? language}, ${teacher}`;
	const wish = { specVersion: 1, model: { id: "practice-base" }, template: "none" } as const;
	const trained = await client.launchTrain(wish, dataset, { title, about: { teacher, language } });
	const curve = await client.whenFinal(trained.runId, io.signal);
	const held = curve.metrics.findLast(({ evalLoss }) => typeof evalLoss === "number")?.evalLoss;
	io.stdout(
		`  train     ${curve.state}, held-out loss ${typeof held === "number" ? (held / Math.LN2).toFixed(3) : "–"} bits per byte\n`,
	);
	const launched = await evaluateStudent(client, trained.runId, {});
	await client.whenFinal(launched.runId, io.signal);
	const open = client.students().filter(({ view }) => !view.isFinal);
	await Promise.all(open.map(({ view }) => client.whenFinal(view.runId, io.signal)));
	const { results } = client.view(launched.runId) ?? { results: [] };
	for (const { task, metric, value, stderr, n } of results) {
		const error = stderr === null ? "" : ` ± ${stderr.toFixed(3)}`;
		io.stdout(`  evaluate  ${task} ${value === null ? "missing" : value.toFixed(3)}${error} (${metric}, ${n} items)\n`);
	}
}

/** Teachers by language with what may be believed: result, gain and, where base and reference allow it, PGR. */
async function table(folder: string, io: CommandIo): Promise<string> {
	const { cells } = scoreTable(await loadPublished(io.mediaFolder), await loadWorkspace(folder));
	const rows = cells
		.filter(({ source }) => source === "practice")
		.sort((a, b) => a.language.localeCompare(b.language) || (b.gain ?? -1) - (a.gain ?? -1));
	const head = ["language", "teacher", "result", "gain over base", "PGR", ""];
	const lines = [head, ...rows.map(line)];
	const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
	const text = lines.map((cells) =>
		cells
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
	return [
		"\nPractice scores (a byte n-gram student; canned text): accuracy ± standard error",
		...text,
		"z and the Polyglot Score need the intrinsic metrics of the paper, which practice mode does not measure: they are missing, not 0.",
		`Everything made on the way is in ${folder}\n`,
	].join("\n");
}

function line({
	language,
	teacher,
	result,
	resultStderr,
	gain,
	gainStderr,
	pgr,
	pgrStderr,
	pgrInterpretable,
}: ScoreCell): string[] {
	const note = pgrInterpretable ? "" : "PGR not interpretable: the reference is not better than the base";
	return [
		language,
		teacher,
		measured(result, resultStderr),
		measured(gain, gainStderr),
		measured(pgr, pgrStderr),
		note,
	];
}

function measured(value: number | null, stderr: number | null): string {
	if (value === null) return "–";
	return stderr === null ? value.toFixed(3) : `${value.toFixed(3)} ± ${stderr.toFixed(3)}`;
}

function parsed(args: string[]) {
	try {
		return parseArgs({ args, options }).values;
	} catch (cause) {
		throw new UserError(
			"arguments",
			`demo: ${cause instanceof Error ? cause.message : String(cause)} See polyglot demo --help.`,
		);
	}
}

function languagesOf(text: string): string[] {
	const codes = text.split(",").map((code) => code.trim());
	for (const code of codes)
		if (!findLanguage(code))
			throw new UserError("arguments", `demo: there are no practice seeds for ${JSON.stringify(code)}.`);
	return codes;
}

function countOf(text: string): number {
	const count = Number(text);
	if (/^\d{1,4}$/.test(text) && count > 0) return count;
	throw new UserError("arguments", `demo: --count is a number from 1 to 9999, not ${JSON.stringify(text)}.`);
}
