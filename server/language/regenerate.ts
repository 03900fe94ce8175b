/** Quick fix: another answer to a weak sample's prompt, through the generation engine, put in its place as one edit. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { modify } from "jsonc-parser";
import {
	type CodeAction,
	CodeActionKind,
	MessageType,
	ShowMessageNotification,
	type TextEdit,
} from "vscode-languageserver/node";
import * as z from "zod/mini";
import { acceptByChecks } from "../core/generate/accept-by-checks.ts";
import { normalised } from "../core/generate/acceptance.ts";
import { type ScoredTeacher, teacherChoices } from "../core/generate/teacher-choice.ts";
import { readLanguage } from "../core/languages.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import { UserError } from "../core/problem.ts";
import { editsOf } from "../core/review/minimal-edit.ts";
import { exchanges, type Sample } from "../core/sample/sample.ts";
import { SampleRow, type SeedRow } from "../core/sample-row.ts";
import { scoreTable } from "../core/score/score-table.ts";
import { runFolder } from "../node/generate-folder.ts";
import { type GenerateOptions, newRunId, startGenerateRun } from "../node/generate-run.ts";
import { parseSeeds } from "../node/generate-seeds.ts";
import { loadPublished } from "../node/score-files.ts";
import { loadWorkspace } from "../node/score-workspace.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import type { Feature, ServerContext } from "./feature.ts";
import { surroundings } from "./generate-options.ts";
import { range } from "./ranges.ts";
import { requireFolder, requireTrust } from "./respond.ts";
import { findTeachers } from "./teachers.ts";

export const regenerateCommand = "polyglot.review.regenerate";

const Wish = z.object({ uri: z.string(), key: z.number(), teacher: z.string() });
type Wish = z.infer<typeof Wish>;

/** Answers asked for at most; those of earlier tries are taken first and cost nothing. */
const mostDraws = 4;

export const regenerateFeature =
	(practice: PracticeMode): Feature =>
	(server) => {
		let scored: Promise<readonly (ScoredTeacher & { language: string })[]> | undefined;
		server.onProjectChange(() => {
			scored = undefined;
		});
		server.review.actions.push(async (file, line) => {
			const { sample, language, share } = file.line(line);
			const known = readLanguage(language);
			if (!sample || !share || !known || !questionOf(sample) || file.findings(line).length === 0) return [];
			scored ??= scoresOf(server);
			const scores = (await scored).filter((one) => one.language === known.code);
			const choices = teacherChoices(sample.model, known.name, teachersOf(server, practice), scores);
			return choices.map(({ name, reason }): CodeAction => {
				const title = `Ask ${name} for another answer: ${reason}`;
				const wish: Wish = { uri: file.document.uri, key: share.key, teacher: name };
				return {
					title,
					kind: CodeActionKind.QuickFix,
					command: { title, command: regenerateCommand, arguments: [wish] },
				};
			});
		});
		server.review.commands.set(regenerateCommand, async (argument) => {
			try {
				await regenerate(server, practice, Wish.parse(argument));
			} catch (cause) {
				if (!(cause instanceof UserError)) throw cause;
				void server.connection.sendNotification(ShowMessageNotification.type, {
					type: MessageType.Error,
					message: cause.message,
				});
			}
		});
	};

function teachersOf(server: ServerContext, practice: PracticeMode): { name: string; model: string }[] {
	const own = server
		.project()
		.teachers.map((teacher) => ({ name: teacher.name, model: "model" in teacher ? teacher.model : teacher.name }));
	const canned = practice.teacherNames.filter((name) => !own.some((teacher) => teacher.name === name));
	// Practice teachers write canned text; beside real ones they would only be in the way.
	return own.length > 0 ? own : canned.map((name) => ({ name, model: name }));
}

/** Each teacher's z in each language; own measurements with the published ones. */
async function scoresOf(server: ServerContext): Promise<(ScoredTeacher & { language: string })[]> {
	const folder = server.folder();
	const published = await loadPublished(server.runtime.mediaFolder);
	const { cells } = scoreTable(published, folder === undefined ? undefined : await loadWorkspace(folder));
	return cells.flatMap(({ teacher, language, zWithinLanguage, source }) =>
		zWithinLanguage === null || source === "practice" ? [] : [{ teacher, language, z: zWithinLanguage, source }],
	);
}

/** The one prompt and the answer to it; undefined for chats of several turns, whose rest would no longer fit. */
function questionOf(sample: Sample): { prompt: string; answer: string; field: string } | undefined {
	const [first, ...more] = exchanges(sample);
	const [prompt, ...others] = first?.prompts ?? [];
	if (!first || !prompt || more.length > 0 || others.length > 0 || prompt.text.trim() === "") return undefined;
	return { prompt: prompt.text, answer: first.response.text, field: first.response.field };
}

async function regenerate(server: ServerContext, practice: PracticeMode, { uri, key, teacher }: Wish): Promise<void> {
	requireTrust(server);
	const { sample, language } = file(server, uri).line(lineOf(server, uri, key));
	const question = sample && questionOf(sample);
	const code = readLanguage(language)?.code;
	if (!question || code === undefined) throw gone();
	const options = await runFor(server, practice, teacher, { ...question, language: code });
	const run = await startGenerateRun(options);
	const end = await run.ended;
	const row = await lastRow(options.output);
	if (!row) {
		const why = end.message ?? `none of up to ${mostDraws} answers differs from this one and passes the checks`;
		throw new UserError("no-answer", `${teacher} gave no answer to put here: ${why}`);
	}
	await replace(server, uri, key, row);
}

/** One seed, one teacher. Answers of earlier runs come first; what is asked again is never what was paid before. */
async function runFor(
	server: ServerContext,
	practice: PracticeMode,
	teacher: string,
	{ prompt, answer, language }: { prompt: string; answer: string; language: string },
): Promise<GenerateOptions> {
	const id = newRunId();
	const path = runFolder(requireFolder(server), id);
	const seed: Partial<SeedRow> = { language, strategy: ["respond"], prompt, response: "", source: "regenerated" };
	const text = JSON.stringify(seed);
	const [parsed] = parseSeeds(text, "regenerated", language).rows;
	if (!parsed) throw gone();
	const teachers = await findTeachers(server, practice, [teacher]);
	await mkdir(path, { recursive: true });
	const seedFile = join(path, "seeds.jsonl");
	await writeFile(seedFile, `${JSON.stringify(parsed)}\n`);
	const byChecks = acceptByChecks({ project: server.project(), detectors: server.detectors() });
	const { templates } = server.project().generation ?? {};
	return {
		...surroundings(server, practice),
		...(templates ? { templates } : {}),
		accept: (row) => [...byChecks(row), ...(normalised(row.response) === normalised(answer) ? ["same-answer"] : [])],
		acceptRule: "checks",
		id,
		teachers,
		cells: [{ teacher, language, strategy: "respond", target: 1, draws: mostDraws }],
		seedFiles: [seedFile],
		output: join(path, "samples.jsonl"),
		seed: 0,
		reuse: true,
		languages: [],
		strategies: [],
		count: 0,
	};
}

async function lastRow(path: string): Promise<SampleRow | undefined> {
	const text = await readFile(path, "utf8").catch(() => "");
	const line = text.trimEnd().split("\n").at(-1);
	return line ? SampleRow.parse(JSON.parse(line)) : undefined;
}

function file(server: ServerContext, uri: string): AnnotatedFile {
	const found = server.review.file(uri);
	if (!found) throw gone();
	return found;
}

/** By content: lines may have moved. */
function lineOf(server: ServerContext, uri: string, key: number): number {
	const found = file(server, uri);
	for (let line = 0; line < found.lineCount; line += 1) if (found.line(line).share?.key === key) return line;
	throw gone();
}

function gone(): UserError {
	return new UserError(
		"sample-changed",
		"The sample is no longer as it was, so nothing was written over it. An answer that came meanwhile is kept in .polyglot/runs and taken at the next try.",
	);
}

async function replace(server: ServerContext, uri: string, key: number, row: SampleRow): Promise<void> {
	const line = lineOf(server, uri, key);
	const target = file(server, uri);
	const { sample } = target.line(line);
	const question = sample && questionOf(sample);
	if (!question) throw gone();
	const text = target.text(line);
	const edits = [...editsOf(text, sample, question.field, row.response), ...originEdits(text, row)].map(
		({ start, end, newText }): TextEdit => ({ range: range(line, start, end), newText }),
	);
	const { version } = target.document;
	await server.connection.workspace.applyEdit({
		label: "Put another answer in place",
		edit: { documentChanges: [{ textDocument: { uri, version }, edits }] },
	});
}

/** Who wrote the answer, where the row says it at all; a finish reason of the old answer would be wrong. */
function originEdits(text: string, row: SampleRow): { start: number; end: number; newText: string }[] {
	const source = text.replace(/^\ufeff/, " ");
	const fields: unknown = JSON.parse(source);
	if (typeof fields !== "object" || fields === null) return [];
	const values: Record<string, unknown> = {
		model: row.model,
		provenance: row.provenance,
		finish_reason: row.provenance?.finishReason ?? null,
	};
	return Object.entries(values)
		.filter(([name]) => Object.hasOwn(fields, name))
		.flatMap(([name, value]) => modify(source, [name], value, {}))
		.map(({ offset, length, content }) => ({ start: offset, end: offset + length, newText: content }));
}
