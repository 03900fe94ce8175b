/** What each kind of practice run does: train a student, evaluate one, measure a dataset. */
import { createHash } from "node:crypto";
import type { EvalSpec, MeasureSpec, TrainSpec } from "../core/trainer/spec.ts";
import { type EncodedPair, encodePair, meanLoss, NgramModel } from "./student.ts";
import { bitsPerByte, choiceScore, type Score, seededRandom } from "./student-benchmark.ts";
import { encodeStudent } from "./student-file.ts";
import { type DatasetRow, type Fault, type Job, JobFailure, Requeued, readRows } from "./trainer-jobs.ts";
import { type PracticeSeeds, questions, readSeeds } from "./trainer-seeds.ts";
import { planTraining, practiceBase, type TrainingPlan } from "./trainer-spec.ts";
import type { StoredRun } from "./trainer-store.ts";

/** The version of the student and its benchmark; another number, another ruler. */
const studentVersion = "1";
const gibibyte = 2 ** 30;

export async function work(job: Job): Promise<void> {
	await job.enter("preparing");
	const { spec } = job.stored;
	switch (spec.kind) {
		case "train":
			return train(job, spec.spec);
		case "eval":
			return evaluate(job, spec.spec);
		case "measure":
			return measure(job, spec.spec);
	}
}

interface Course {
	readonly plan: TrainingPlan;
	readonly rows: readonly DatasetRow[];
	/** Rows in the order they are learnt, epoch after epoch. */
	readonly order: readonly number[];
	readonly heldOut: readonly EncodedPair[];
	readonly model: NgramModel;
}

async function train(job: Job, spec: TrainSpec): Promise<void> {
	const rows = await readRows(job.store, spec.data.sha256, spec.data.lossOn);
	const plan = planTraining(spec, rows.length);
	const course: Course = {
		plan,
		rows,
		order: shuffled(rows.length, plan),
		heldOut: await heldOutPairs(job, spec, rows),
		model: new NgramModel(),
	};
	await job.emit("run.data", describe(course));
	await job.log(`learning ${rows.length} rows in ${plan.steps} steps of ${plan.rowsPerStep}`);
	const fromStep = Math.min(job.stored.resumeFrom ?? 0, plan.steps);
	for (let step = 1; step <= fromStep; step += 1) {
		learnStep(course, step);
		await job.breathe();
	}
	await job.enter("running", { fromStep });
	await trainSteps(job, course, fromStep);
	await finish(job, course);
}

async function trainSteps(job: Job, course: Course, fromStep: number): Promise<void> {
	const { plan, order, rows } = course;
	const fault = job.world.fault(job.stored.run.title);
	let trained = sumBytes(course, 0, fromStep);
	let sinceMetric = { nats: 0, bytes: 0, startedMs: job.world.now() };
	for (let step = fromStep + 1; step <= plan.steps; step += 1) {
		await misbehave(job, fault, step, plan.steps);
		const { nats, bytes } = learnStep(course, step);
		trained = { tokens: trained.tokens + tokensOf(course, step), trainTokens: trained.trainTokens + bytes };
		sinceMetric = { ...sinceMetric, nats: sinceMetric.nats + nats, bytes: sinceMetric.bytes + bytes };
		const isLast = step === plan.steps;
		const epoch = Math.min(step * plan.rowsPerStep, order.length) / rows.length;
		await job.progress("training", step, plan.steps, epoch, isLast);
		if (step % plan.logEvery === 0 || isLast) {
			await job.emit("run.metric", {
				step,
				epoch,
				...lossOf(sinceMetric, fault === "nan" && step > plan.steps / 2),
				...(step % plan.evalEvery === 0 || isLast ? evalLoss(course) : {}),
				// Counting has no learning rate: unknown, and the panel leaves it out.
				lr: null,
				...trained,
				tokensPerS: rate(sinceMetric.bytes, job.world.now() - sinceMetric.startedMs),
				hostMemGiB: process.memoryUsage.rss() / gibibyte,
			});
			sinceMetric = { nats: 0, bytes: 0, startedMs: job.world.now() };
		}
		if (step % plan.saveEvery === 0 || isLast) await checkpoint(job, course, step);
		await job.pause(0.9 / plan.steps);
	}
}

/** Nats of the step's rows before they are learnt: an honest loss, since the model has not seen them. */
function learnStep(course: Course, step: number): { nats: number; bytes: number } {
	let nats = 0;
	let bytes = 0;
	for (const { pair } of rowsOf(course, step)) {
		nats -= course.model.logLikelihood(pair.text, pair.from);
		bytes += pair.text.length - pair.from;
		course.model.learn(pair.text, pair.from);
	}
	return { nats, bytes };
}

function rowsOf({ plan, order, rows }: Course, step: number): DatasetRow[] {
	const places = order.slice((step - 1) * plan.rowsPerStep, step * plan.rowsPerStep);
	return places.flatMap((place) => rows[place] ?? []);
}

const tokensOf = (course: Course, step: number) =>
	rowsOf(course, step).reduce((sum, { pair }) => sum + pair.text.length, 0);

function sumBytes(course: Course, from: number, to: number): { tokens: number; trainTokens: number } {
	let tokens = 0;
	let trainTokens = 0;
	for (let step = from + 1; step <= to; step += 1) {
		tokens += tokensOf(course, step);
		for (const { pair } of rowsOf(course, step)) trainTokens += pair.text.length - pair.from;
	}
	return { tokens, trainTokens };
}

function lossOf({ nats, bytes }: { nats: number; bytes: number }, isNan: boolean): Record<string, unknown> {
	if (isNan) return { loss: null, nonFinite: { loss: "nan" } };
	return { loss: bytes === 0 ? null : nats / bytes };
}

function evalLoss({ model, heldOut }: Course): Record<string, unknown> {
	const loss = meanLoss(model, heldOut);
	return loss === null ? {} : { evalLoss: loss };
}

const rate = (count: number, ms: number) => (ms <= 0 ? null : (count / ms) * 1000);

const hangPollMs = 20;

async function misbehave(job: Job, fault: Fault | undefined, step: number, steps: number): Promise<void> {
	const half = Math.ceil(steps / 2);
	while (fault === "hang" && step >= half) {
		await job.world.wait(hangPollMs);
		job.check();
	}
	if (fault === "fail" && step === half)
		throw new JobFailure("oom_gpu", "CUDA ran out of memory (a fault asked for by a test).");
	if (fault === "nan" && step > half + 2) throw new JobFailure("nan_loss", "The loss was not finite 3 times in a row.");
	if (fault === "nan" && step > half - 1)
		await job.emit("run.warning", { code: "nan_loss", message: `Loss is not finite at step ${step}.` });
	if (fault === "repeat" && step === half && job.stored.run.attempt === 1) await repeat(job);
}

/** Preempted in the middle: the same run starts over as its next attempt. */
async function repeat(job: Job): Promise<void> {
	await job.enter("interrupted", { reason: "preempted", fault: "system" });
	job.stored.resumeFrom = newestCheckpoint(job.stored) ?? 0;
	await job.store.enter(job.stored, "queued", { reason: "requeued" }, { attempt: job.stored.run.attempt + 1 });
	throw new Requeued();
}

export function checkpointSteps({ events }: StoredRun): number[] {
	const steps = new Set<number>();
	for (const { type, data } of events) {
		if (type !== "run.checkpoint") continue;
		if (data.removed) steps.delete(Number(data.step));
		else steps.add(Number(data.step));
	}
	return [...steps].sort((a, b) => a - b);
}

export const newestCheckpoint = (stored: StoredRun) => checkpointSteps(stored).at(-1);

/** A model of counts is a function of the data and the step, so that is all a checkpoint holds. */
async function checkpoint(job: Job, { plan, model, heldOut }: Course, step: number): Promise<void> {
	const content = JSON.stringify({ step, spec: job.stored.run.specSha256, student: studentVersion });
	const loss = meanLoss(model, heldOut);
	await job.emit("run.checkpoint", {
		step,
		name: `checkpoint-${step}`,
		bytes: Buffer.byteLength(content),
		manifestSha256: createHash("sha256").update(content).digest("hex"),
		metrics: { loss, ...(loss === null ? {} : { evalLoss: loss }) },
		removed: false,
	});
	const surplus = checkpointSteps(job.stored).slice(0, -plan.keepCheckpoints);
	for (const old of surplus) {
		const event = job.stored.events.findLast(({ type, data }) => type === "run.checkpoint" && data.step === old);
		if (event) await job.emit("run.checkpoint", { ...event.data, removed: true });
	}
}

async function finish(job: Job, { model, heldOut, plan, rows }: Course): Promise<void> {
	await job.enter("finalizing");
	await job.progress("saving", plan.steps, plan.steps, plan.epochs, true);
	const report = { student: studentVersion, rows: rows.length, steps: plan.steps, evalLoss: meanLoss(model, heldOut) };
	await job.artifact("student.ngram", "model", encodeStudent(model), plan.steps);
	await job.artifact("report.json", "report", Buffer.from(`${JSON.stringify(report)}\n`), plan.steps);
	await job.log(`done: ${rows.length} rows learnt`);
	await job.enter("succeeded");
}

/** Held-out rows for the evaluation loss: the set named in the spec, else the practice seeds of the rows' language. */
async function heldOutPairs(job: Job, spec: TrainSpec, rows: readonly DatasetRow[]): Promise<EncodedPair[]> {
	if (spec.data.evalSha256) return (await readRows(job.store, spec.data.evalSha256)).map(({ pair }) => pair);
	const seeds = await readSeeds(job.world.mediaFolder, commonLanguage(rows));
	return seeds ? seeds.heldOut.map((row) => encodePair(row)) : [];
}

function commonLanguage(rows: readonly DatasetRow[]): string {
	const counts = new Map<string, number>();
	for (const { row } of rows) {
		if (typeof row.language === "string") counts.set(row.language, (counts.get(row.language) ?? 0) + 1);
	}
	return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}

const shownCharacters = 2000;

function describe({ rows, plan }: Course): Record<string, unknown> {
	const lengths = rows.map(({ pair }) => pair.text.length);
	const tokens = lengths.reduce((sum, length) => sum + length, 0);
	const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
	const [first] = rows;
	const segments = [
		{ text: (first?.prompt ?? "").slice(0, shownCharacters).toWellFormed(), trained: plan.lossOn === "all" },
		{ text: (first?.response ?? "").slice(0, shownCharacters).toWellFormed(), trained: true },
	];
	return {
		rows: rows.length,
		used: rows.length,
		dropped: { tooLong: 0, noTrainedTokens: 0 },
		truncated: 0,
		tokens,
		trainTokens: rows.reduce((sum, { pair }) => sum + pair.text.length - pair.from, 0),
		longestTokens: longest,
		maxLength: longest,
		lossOn: plan.lossOn,
		template: "none",
		packing: false,
		sample: { line: 1, segments },
	};
}

/** Each epoch in its own order (Fisher and Yates), cut where the plan ends. */
function shuffled(count: number, plan: TrainingPlan): number[] {
	const random = seededRandom(plan.seed);
	const order: number[] = [];
	while (order.length < plan.steps * plan.rowsPerStep && order.length < plan.epochs * count) {
		const epoch = Array.from({ length: count }, (_, place) => place);
		for (let at = count - 1; at > 0; at -= 1) {
			const other = Math.floor(random() * (at + 1));
			[epoch[at], epoch[other]] = [epoch[other] ?? 0, epoch[at] ?? 0];
		}
		order.push(...epoch);
	}
	return order.slice(0, Math.ceil(plan.epochs * count));
}

async function evaluate(job: Job, spec: EvalSpec): Promise<void> {
	await job.enter("running", { fromStep: 0 });
	const summary = [];
	for (const language of spec.languages) {
		const seeds = await readSeeds(job.world.mediaFolder, language);
		const model = seeds && (await targetModel(job, spec, seeds));
		const missing = [];
		for (const task of spec.tasks) {
			await job.emit("eval.progress", { task, language, done: 0, total: seeds?.heldOut.length ?? 0, etaS: null });
			const score = seeds && model ? scoreOf(task, model, seeds, spec) : null;
			if (!score) missing.push({ task, reason: "not_available" });
			else await job.emit("eval.result", { task, language, ...score, ...evaluationDetails(spec, seeds) });
			await job.pause(0.5 / (spec.languages.length * spec.tasks.length));
		}
		summary.push({ language, expected: spec.tasks.length, done: spec.tasks.length - missing.length, missing });
	}
	await job.enter("finalizing");
	await job.emit("eval.summary", { languages: summary });
	await job.enter("succeeded");
}

function scoreOf(task: string, model: NgramModel, seeds: PracticeSeeds, spec: EvalSpec): Score | null {
	if (task === "practice_choice") return choiceScore(model, questions(seeds, spec.seed ?? 3407, spec.maxSamples));
	return bitsPerByte(model, seeds.heldOut.slice(0, spec.maxSamples));
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

async function measure(job: Job, spec: MeasureSpec): Promise<void> {
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
