/** Evaluates a practice student or an anchor, and measures a dataset under an anchor. */
import { createHash } from "node:crypto";
import { type ItemResult, itemsArtifact } from "../core/score/item-results.ts";
import type { EvalSpec, MeasureSpec } from "../core/trainer/spec.ts";
import { encodePair, NgramModel } from "./student.ts";
import { bitsPerByte, type ChoiceItem, creditsOf, type Score, scoreOfCredits } from "./student-benchmark.ts";
import { type Course, commonLanguage, learnStep, shuffled, studentVersion } from "./trainer-course.ts";
import { type DatasetRow, type Job, JobFailure, readRows } from "./trainer-jobs.ts";
import { type PracticeSeeds, questions, readSeeds } from "./trainer-seeds.ts";
import { planTraining, practiceBase } from "./trainer-spec.ts";

export async function evaluate(job: Job, spec: EvalSpec): Promise<void> {
	await job.enter("running", { fromStep: 0 });
	const summary = [];
	const answers: ItemResult[] = [];
	for (const language of spec.languages) {
		const seeds = await readSeeds(job.world.mediaFolder, language);
		const model = seeds && (await targetModel(job, spec, seeds));
		const missing = [];
		for (const task of spec.tasks) {
			await job.emit("eval.progress", { task, language, done: 0, total: seeds?.heldOut.length ?? 0, etaS: null });
			const asked = seeds && model ? resultOf(task, language, model, seeds, spec) : null;
			const score = asked?.score ?? null;
			answers.push(...(asked?.answers ?? []));
			if (!score) missing.push({ task, reason: "not_available" });
			else await job.emit("eval.result", { task, language, ...score, ...evaluationDetails(spec, seeds) });
			await job.pause(0.5 / (spec.languages.length * spec.tasks.length));
		}
		summary.push({ language, expected: spec.tasks.length, done: spec.tasks.length - missing.length, missing });
	}
	await job.enter("finalizing");
	await tellAnswers(job, answers);
	await job.emit("eval.summary", { languages: summary });
	await job.enter("succeeded");
}

function resultOf(
	task: string,
	language: string,
	model: NgramModel,
	seeds: PracticeSeeds,
	spec: EvalSpec,
): { score: Score | null; answers: ItemResult[] } {
	if (task !== "practice_choice")
		return { score: bitsPerByte(model, seeds.heldOut.slice(0, spec.maxSamples)), answers: [] };
	const asked = questions(seeds, spec.seed ?? 3407, spec.maxSamples);
	const credits = creditsOf(model, asked);
	const answers = asked.map((item, at) => ({ task, language, item: nameOf(item), value: credits[at] ?? 0 }));
	return { score: scoreOfCredits(credits), answers };
}

/** Equal for every model that is asked the same. */
function nameOf({ context, choices }: ChoiceItem): string {
	return createHash("sha256")
		.update(JSON.stringify([context, choices]))
		.digest("hex")
		.slice(0, 16);
}

/** Credit by item as an artifact, so that students can be compared in pairs. */
async function tellAnswers(job: Job, answers: readonly ItemResult[]): Promise<void> {
	if (answers.length === 0) return;
	const lines = answers.map((answer) => `${JSON.stringify(answer)}\n`);
	await job.artifact(itemsArtifact, "eval", Buffer.from(lines.join("")), null);
}

function evaluationDetails(spec: EvalSpec, seeds: PracticeSeeds | undefined): Record<string, unknown> {
	return {
		shots: 0,
		template: "none",
		backend: "practice",
		versions: { practice_student: studentVersion },
		datasetSha256: seeds?.heldOutSha256,
		seed: spec.seed ?? 3407,
	};
}

/** The student of a run, trained again from its data; or an anchor, which exists once a language. */
async function targetModel(job: Job, { target }: EvalSpec, seeds: PracticeSeeds): Promise<NgramModel> {
	if ("model" in target) return anchor(target.model.id, seeds);
	const trained = job.store.get(target.runId);
	if (trained.spec.kind !== "train") throw new JobFailure("model_missing", `${target.runId} trained no student.`);
	const rows = await readRows(job.store, trained.spec.spec.data.sha256, trained.spec.spec.data.lossOn);
	const plan = planTraining(trained.spec.spec, rows.length);
	const model = new NgramModel();
	const course: Course = { plan, rows, order: shuffled(rows.length, plan), heldOut: [], model };
	for (let step = 1; step <= (target.step ?? plan.steps); step += 1) {
		learnStep(course, step);
		await job.breathe();
	}
	return model;
}

/** The base knows how often each byte is (order 0) in the reference answers; the reference has learnt them as a student. */
export function anchor(id: string, { reference }: PracticeSeeds): NgramModel {
	const model = new NgramModel(id === practiceBase ? 0 : undefined);
	for (const row of reference) {
		const { text, from } = encodePair(row);
		model.learn(text, from);
	}
	return model;
}

const resultsPerEvent = 200;

export async function measure(job: Job, spec: MeasureSpec): Promise<void> {
	await job.enter("running", { fromStep: 0 });
	const rows = await readRows(job.store, spec.data.sha256);
	const seeds = await readSeeds(job.world.mediaFolder, commonLanguage(rows));
	if (!seeds) throw new JobFailure("bad_dataset", "The rows have no `language` that practice mode knows.");
	const model = anchor(spec.model.id, seeds);
	const sums = { nll: 0, tokens: 0, bytes: 0 };
	for (let at = 0; at < rows.length; at += resultsPerEvent) {
		const results = rows.slice(at, at + resultsPerEvent).map((row) => measureRow(model, row));
		for (const { nll, tokens, bytes } of results) {
			sums.nll += nll;
			sums.tokens += tokens;
			sums.bytes += bytes;
		}
		await job.emit("measure.result", { results });
		await job.pause(resultsPerEvent / Math.max(resultsPerEvent, rows.length));
	}
	await job.enter("finalizing");
	await job.emit("measure.summary", { rows: rows.length, failed: 0, ...sums });
	await job.enter("succeeded");
}

function measureRow(model: NgramModel, { line, pair, response }: DatasetRow) {
	return {
		sampleSha256: createHash("sha256").update(line).digest("hex"),
		nll: -model.logLikelihood(pair.text, pair.from),
		tokens: pair.text.length - pair.from,
		bytes: Buffer.byteLength(response),
		truncated: false,
	};
}
