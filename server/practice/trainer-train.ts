/** Trains a practice student: slice by slice, with metrics, checkpoints, and the faults a test may ask for. */
import { createHash } from "node:crypto";
import type { TrainSpec } from "../core/trainer/spec.ts";
import { meanLoss, NgramModel } from "./student.ts";
import { encodeStudent } from "./student-file.ts";
import { checkpointSteps, newestCheckpoint } from "./trainer-checkpoints.ts";
import {
	type Course,
	describe,
	heldOutPairs,
	learnStep,
	shuffled,
	studentVersion,
	sumBytes,
	tokensOf,
} from "./trainer-course.ts";
import { type Fault, type Job, JobFailure, Requeued, readRows } from "./trainer-jobs.ts";
import { planTraining } from "./trainer-spec.ts";

const gibibyte = 2 ** 30;

export async function train(job: Job, spec: TrainSpec): Promise<void> {
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
