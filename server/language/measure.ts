/** *Measure Dataset*: one measurement at a time for the editor, its newest result kept on disk and shown in hovers. */

import { notifications } from "../core/engine-api.ts";
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import type { MeasurePicture } from "../core/measure/measure-picture.ts";
import type { MeasureProgress } from "../core/measure/measure-progress.ts";
import { measureNotifications, measureRequests } from "../core/measure/measure-requests.ts";
import type { MeasureWish } from "../core/measure/measure-wish.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import { UserError } from "../core/problem.ts";
import { keepIntrinsic } from "../node/measure-intrinsic.ts";
import { openMeasurement } from "../node/measure-open.ts";
import { keepPicture, pictureOf, readPicture } from "../node/measure-picture-file.ts";
import type { Feature, ServerContext } from "./feature.ts";
import { measureWorld } from "./measure-world.ts";
import { measuredFinder } from "./measured-findings.ts";
import { measuredRows } from "./measured-hover.ts";
import { NewestMeasurement } from "./newest-measurement.ts";
import { notify, requireFolder, requireTrust, respond } from "./respond.ts";

export const measureFeature =
	(practice: PracticeMode): Feature =>
	(server) => {
		const measuring = new Measuring(server, practice);
		respond(server, measureRequests.view, () => measuring.view());
		respond(server, measureRequests.estimate, ({ wish }) => measuring.estimate(wish));
		respond(server, measureRequests.start, ({ wish }) => measuring.start(wish));
		respond(server, measureRequests.stop, () => measuring.stop());
		server.review.hoverRows.push(async (file, line) => measuredRows(measuring.newest, file, line));
		server.onShutdown(() => measuring.close());
	};

class Measuring {
	readonly #server: ServerContext;
	readonly #practice: PracticeMode;
	#running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
	#estimating: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;
	#progress: MeasureProgress | null = null;
	newest: NewestMeasurement | undefined;

	constructor(server: ServerContext, practice: PracticeMode) {
		this.#server = server;
		this.#practice = practice;
	}

	async view() {
		const folder = this.#server.folder();
		const teachers = this.#server.project().teachers.filter(isEndpointTeacher);
		return {
			offer: { teachers: teachers.map(({ name }) => name), practiceJudges: ["practice-judge"] },
			progress: this.#progress,
			picture: this.newest?.picture ?? (folder === undefined ? null : await readPicture(folder)),
		};
	}

	/** Only the newest question is worth an answer. */
	async estimate(wish: MeasureWish) {
		await this.#endEstimate("Estimated anew.");
		const stop = new AbortController();
		const answer = this.#estimate(wish, stop.signal);
		this.#estimating = { stop, ended: answer.catch(() => {}) };
		return answer;
	}

	async #estimate(wish: MeasureWish, signal: AbortSignal) {
		const measurement = await openMeasurement(wish, measureWorld(this.#server, this.#practice));
		try {
			return await measurement.estimate(signal);
		} finally {
			await measurement.close();
		}
	}

	/** One at a time: estimates and measurements share the caches. */
	async #endEstimate(why: string): Promise<void> {
		this.#estimating?.stop.abort(new UserError("superseded", why));
		await this.#estimating?.ended;
	}

	async start(wish: MeasureWish) {
		requireTrust(this.#server);
		const folder = requireFolder(this.#server);
		if (this.#running) throw new UserError("measuring", "A measurement is running already. Wait for it, or stop it.");
		const stop = new AbortController();
		const ended = this.#run(wish, folder, stop.signal).finally(() => {
			this.#running = undefined;
			this.#progress = null;
		});
		this.#running = { stop, ended };
		return {};
	}

	async #run(wish: MeasureWish, folder: string, signal: AbortSignal): Promise<void> {
		try {
			await this.#endEstimate("Measuring instead.");
			const picture = await this.#measure(wish, folder, signal);
			notify(this.#server, measureNotifications.ended, { picture, problem: null });
			if (picture.isScored) notify(this.#server, notifications.scoresChanged, {});
		} catch (cause) {
			const problem = signal.aborted
				? "Stopped. What was answered is kept; measuring again goes on from there."
				: wordsOf(cause);
			if (!(cause instanceof UserError) && !signal.aborted) this.#server.runtime.log(`measure: ${stackOf(cause)}`);
			notify(this.#server, measureNotifications.ended, { picture: null, problem });
		}
	}

	async #measure(wish: MeasureWish, folder: string, signal: AbortSignal): Promise<MeasurePicture> {
		const measurement = await openMeasurement(wish, measureWorld(this.#server, this.#practice));
		try {
			const { report, samples } = await measurement.run(signal, {
				onProgress: (progress) => {
					this.#progress = progress;
					notify(this.#server, measureNotifications.progress, progress);
				},
			});
			if (!samples) throw new Error("A measurement with details came without them.");
			const isScored = wish.draw === null && isByPair(wish);
			if (isScored) await keepIntrinsic(folder, report);
			const about = { wish, folder, measuredAt: this.#server.runtime.now(), isScored };
			const picture = await pictureOf(report, samples, about, this.#server.project().fields);
			await keepPicture(folder, picture);
			this.newest = new NewestMeasurement(picture, samples);
			this.#server.review.setMeasured(measuredFinder(this.newest));
			return picture;
		} finally {
			await measurement.close();
		}
	}

	stop() {
		this.#running?.stop.abort(new UserError("stopped", "The measurement was stopped."));
		return {};
	}

	async close(): Promise<void> {
		this.stop();
		await this.#running?.ended;
	}
}

const isByPair = ({ by }: MeasureWish) => by.length === 2 && by.includes("teacher") && by.includes("language");
const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
const stackOf = (cause: unknown) => (cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
