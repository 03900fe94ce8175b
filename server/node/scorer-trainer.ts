/** Perplexity by a trainer: one measuring run on the GPU machine for all responses whose value is not known yet. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scored } from "../core/measure/group-measure.ts";
import type { ResponseLikelihood } from "../core/measure/perplexity.ts";
import { quickTokens } from "../core/measure/quick-tokens.ts";
import { UserError } from "../core/problem.ts";
import { checkRow } from "../core/trainer/rows.ts";
import { addedNeed, type BackendNeed, type CompleteSample, noNeed, type SampleBackend } from "./measure-backend.ts";
import { contentKey, type MeasureCache } from "./measure-cache.ts";
import { FaultCounts, sentence } from "./measure-faults.ts";
import type { TrainerClient } from "./trainer-client.ts";

export interface TrainerScorerOptions {
	readonly client: TrainerClient;
	/** Base model, as the trainer offers it. */
	readonly model: string;
	readonly cache: MeasureCache<ResponseLikelihood>;
}

export class TrainerScorer implements SampleBackend<Scored> {
	readonly kind = "score";
	readonly lane = null;
	readonly #options: TrainerScorerOptions;
	readonly #faults = new FaultCounts();
	/** Uploaded lines by their key, for the run. */
	readonly #missing = new Map<string, string>();
	/** Why a sample can't be sent, by its key. */
	readonly #unsendable = new Map<string, string>();
	#run: Promise<ReadonlyMap<string, Scored>> | undefined;

	constructor(options: TrainerScorerOptions) {
		this.#options = options;
	}

	get #server(): string {
		return this.#options.client.server?.server.name ?? "trainer";
	}

	get backend(): string {
		return `${this.#options.model} on ${this.#server}, prompt + "" + response`;
	}

	/** Throws `UserError` where the trainer does not measure, or not with this model. */
	async prepare(): Promise<void> {
		const { client, model } = this.#options;
		const { capabilities } = await client.connect();
		if (!capabilities.features.includes("measure"))
			throw this.#refused("it does not offer measuring; a newer polyglot-trainer does.");
		const offered = capabilities.models.map(({ id }) => id);
		if (!offered.includes(model))
			throw this.#refused(`it has no model ${model}. It offers ${offered.slice(0, 10).join(", ")}.`);
	}

	need(samples: readonly CompleteSample[]): BackendNeed {
		return samples.reduce((sum, sample) => addedNeed(sum, this.#need(sample)), noNeed);
	}

	gather(samples: readonly CompleteSample[]): void {
		for (const sample of samples) {
			const key = this.#key(sample);
			if (this.#options.cache.has(key)) continue;
			const { context: prompt, response, language } = sample;
			const line = JSON.stringify({ prompt, response, ...(language === null ? {} : { language }) });
			const size = { bytes: Buffer.byteLength(line), rowBytes: this.#rowBytes() };
			const complaint = checkRow("sft-jsonl", line, size);
			if (complaint) this.#unsendable.set(key, complaint.message);
			else this.#missing.set(key, line);
		}
	}

	async ask(samples: readonly CompleteSample[], signal: AbortSignal): Promise<readonly Scored[]> {
		return Promise.all(samples.map((sample) => this.#score(sample, signal)));
	}

	warnings(): readonly string[] {
		const isPractice = this.#options.client.server?.server.practice === true;
		const practice = isPractice ? [`${this.backend} is practice: byte n-grams, not a language model.`] : [];
		return [...practice, ...this.#faults.warnings(this.backend, "responses")];
	}

	#need(sample: CompleteSample): BackendNeed {
		if (this.#options.cache.has(this.#key(sample))) return { ...noNeed, cached: 1 };
		const promptTokens = quickTokens(sample.context) + quickTokens(sample.response);
		return { ...noNeed, missing: 1, promptTokens };
	}

	#key({ context, response }: CompleteSample): string {
		return contentKey(["trainer likelihood", this.#options.model, this.#server, context, response]);
	}

	#rowBytes(): number {
		return Number(this.#options.client.server?.capabilities.limits.rowBytes ?? 1 << 20);
	}

	async #score(sample: CompleteSample, signal: AbortSignal): Promise<Scored> {
		const key = this.#key(sample);
		const known = await this.#options.cache.get(key);
		if (known) return known;
		this.#faults.asked(1);
		const scored = this.#unsendable.has(key)
			? { failure: `the trainer takes no such row: ${this.#unsendable.get(key)}` }
			: await this.#measured(key, signal);
		if ("failure" in scored) this.#faults.add(scored.failure);
		return scored;
	}

	async #measured(key: string, signal: AbortSignal): Promise<Scored> {
		this.#run ??= this.#measure(signal);
		return (await this.#run).get(key) ?? { failure: "the trainer left the row out" };
	}

	/** Uploads what is missing, follows the run to its end, and keeps what it found, also of a run that broke off. */
	async #measure(signal: AbortSignal): Promise<ReadonlyMap<string, Scored>> {
		const { client, cache } = this.#options;
		const runId = await this.#launched();
		const stop = () => void client.cancel(runId).catch(() => {});
		signal.addEventListener("abort", stop, { once: true });
		const view = await client.whenFinal(runId, signal).finally(() => signal.removeEventListener("abort", stop));
		const byLine = new Map(client.measured(runId).map((row) => [row.sampleSha256, row]));
		const scored = new Map<string, Scored>();
		for (const [key, line] of this.#missing) {
			const row = byLine.get(sha256(line));
			if (!row) scored.set(key, { failure: `the run ended as ${view.state} before this row` });
			else if (row.nll === null || row.tokens < 1)
				scored.set(key, { failure: "the trainer found no finite likelihood" });
			else {
				const { nll, tokens, bytes, truncated: isTruncated } = row;
				const likelihood = { nll, tokens, bytes, ...(isTruncated ? { isTruncated } : {}) };
				scored.set(key, likelihood);
				await cache.keep(key, likelihood);
			}
		}
		if (view.state !== "succeeded" && byLine.size === 0)
			throw this.#refused(
				`its run ended as ${view.state}: ${view.failure?.message ?? view.reason ?? "no reason given"}`,
			);
		return scored;
	}

	/** The run of these very rows: one that was launched before, as by a process that was killed, goes on. */
	async #launched(): Promise<string> {
		const { client, model } = this.#options;
		const content = `${[...this.#missing.values()].join("\n")}\n`;
		const measures = sha256(content);
		const known = client.students().find(({ about, view, isGone }) => {
			return about.measures === measures && about.model === model && !isGone && !isBroken(view.state);
		});
		if (known) return known.view.runId;
		const folder = await mkdtemp(join(tmpdir(), "polyglot-measure-"));
		try {
			const file = join(folder, "rows.jsonl");
			await writeFile(file, content);
			const title = `Perplexity of ${this.#missing.size} responses under ${model}`;
			const wish = { specVersion: 1, measure: "perplexity", model: { id: model }, template: "none" } as const;
			const run = await client.launchMeasure(wish, file, { title: title.slice(0, 200), about: { measures, model } });
			return run.runId;
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}

	#refused(why: string): UserError {
		return new UserError("scorer", `The trainer ${this.#server} can't measure perplexity: ${sentence(why)}`);
	}
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const isBroken = (state: string | null): boolean => state === "failed" || state === "cancelled" || state === "lost";
