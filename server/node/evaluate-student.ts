/** Launches what a score needs, and files it when the last of it is done; safe to call after any crash. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import {
	dueScores,
	EvaluationAbout,
	evaluationSpec,
	findAnchor,
	type OwnItems,
	referenceOf,
	settingsOf,
	TrainAbout,
} from "../core/evaluation.ts";
import { UserError } from "../core/problem.ts";
import { itemsArtifact } from "../core/score/item-results.ts";
import { ownScore } from "../core/score/own-score.ts";
import type { OwnScoreRow } from "../core/score/rows.ts";
import type { Run } from "../core/trainer/objects.ts";
import { appendOwnScore, loadOwnScores } from "./score-files.ts";
import { itemsPath, loadMeasured } from "./score-workspace.ts";
import type { TrainerClient } from "./trainer-client.ts";

/** What `polyglot.json` says of evaluations; `benchmarks` are files in `folder`. */
export interface EvaluationSettings {
	readonly references?: Readonly<Record<string, string>>;
	readonly benchmarks?: readonly { readonly task: string; readonly language: string; readonly file: string }[];
	readonly folder?: string;
}

async function uploadItems(
	client: TrainerClient,
	benchmarks: NonNullable<EvaluationSettings["benchmarks"]>,
	folder: string,
	language: string,
): Promise<OwnItems[]> {
	const items: OwnItems[] = [];
	for (const { task, file } of benchmarks.filter((one) => one.language === language)) {
		const { sha256 } = await client.upload(join(folder, file), "eval-jsonl");
		items.push({ task, language, sha256 });
	}
	return items;
}

/**
 * Launches the student's evaluation, and those of its base and reference unless they were measured by the same
 * settings before. Resolves with the student's. Throws a UserError where the run is no finished student of ours.
 */
export async function evaluateStudent(
	client: TrainerClient,
	runId: string,
	{ references = {}, benchmarks = [], folder = "" }: EvaluationSettings,
): Promise<Run> {
	const { capabilities } = await client.connect();
	const trained = client.students().find(({ view }) => view.runId === runId);
	const about = TrainAbout.safeParse(trained?.about);
	if (!trained || !about.success)
		throw new UserError("not-a-student", `The run ${runId} is no student trained from this workspace.`);
	if (trained.view.state !== "succeeded")
		throw new UserError(
			"not-trained",
			`${trained.view.title} is ${trained.view.state}; only a student whose training succeeded can be evaluated.`,
		);
	const { language } = about.data;
	const { base, datasetSha256 } = trainedOn(trained.run.spec);
	const own = capabilities.evalBackends.includes("practice")
		? []
		: await uploadItems(client, benchmarks, folder, language);
	const spec = evaluationSpec(capabilities, { runId }, language, own);
	const settings = settingsOf(spec);
	const reference = referenceOf(base, references);
	const student = { ...about.data, runId, base, reference, datasetSha256 };
	const launched = await client.launchEval(spec, {
		title: `Evaluation of ${trained.view.title}`,
		about: { evaluates: "student", model: base, language, settings, student } satisfies EvaluationAbout,
	});
	for (const model of reference === null ? [base] : [base, reference]) {
		if (findAnchor(client.students(), model, settings)) continue;
		await client.launchEval(evaluationSpec(capabilities, { model: { id: model } }, language, own), {
			title: `Evaluation of ${model}, ${language}`,
			about: { evaluates: "anchor", model, language, settings } satisfies EvaluationAbout,
		});
	}
	return launched;
}

const TrainedOn = z.object({ model: z.object({ id: z.string() }), data: z.object({ sha256: z.string() }) });

/** The base model and the dataset of a training spec. */
function trainedOn(spec: Run["spec"]): { base: string; datasetSha256: string | null } {
	const read = TrainedOn.safeParse(spec);
	if (!read.success) throw new UserError("spec-unknown", "The trainer did not say what this student was trained on.");
	return { base: read.data.model.id, datasetSha256: read.data.data.sha256 };
}

const filing = new Map<string, Promise<unknown>>();

/** Files every score that is due and not yet filed; calls for one folder follow each other. Resolves with the new rows. */
export function fileScores(client: TrainerClient, folder: string, codeVersion: string): Promise<OwnScoreRow[]> {
	const before = filing.get(folder) ?? Promise.resolve();
	const filed = before.catch(() => {}).then(() => fileDue(client, folder, codeVersion));
	filing.set(folder, filed);
	return filed;
}

async function fileDue(client: TrainerClient, folder: string, codeVersion: string): Promise<OwnScoreRow[]> {
	await fetchAnswers(client, folder);
	const [{ rows }, measured] = await Promise.all([loadOwnScores(folder), loadMeasured(folder)]);
	const filed = new Set(rows.flatMap(({ run_id }) => (run_id ? [run_id] : [])));
	const due = dueScores(client.students(), filed, codeVersion).map((parts) =>
		ownScore({ ...parts, intrinsic: measured(parts.teacher, parts.language) }),
	);
	for (const row of due) await appendOwnScore(folder, row);
	return due;
}

/** Answers item by item of every student that was evaluated, once each. One that cannot be had now is tried again later. */
async function fetchAnswers(client: TrainerClient, folder: string): Promise<void> {
	for (const { view, about } of client.students()) {
		const isStudent = EvaluationAbout.safeParse(about).data?.student !== undefined;
		const artifact = view.artifacts.find(({ kind, name }) => kind === "eval" && name === itemsArtifact);
		const path = itemsPath(folder, view.runId);
		if (!isStudent || view.state !== "succeeded" || !artifact || existsSync(path)) continue;
		// The name is ours, not the trainer's, and lies in the run's own folder.
		await client.download(artifact, dirname(dirname(path))).catch(() => {});
	}
}
