/** Embeddings of any OpenAI-compatible `/embeddings` endpoint: probed, batched, checked one by one, cached by content. */
import { readEmbeddings } from "../core/measure/embedding-answer.ts";
import { quickTokens } from "../core/measure/quick-tokens.ts";
import { usageIn } from "../core/measure/token-usage.ts";
import { UserError } from "../core/problem.ts";
import type { EmbeddingSource, VectorHandle } from "./embedding-source.ts";
import { addedNeed, type BackendNeed, noNeed } from "./measure-backend.ts";
import { contentKey, type MeasureCache } from "./measure-cache.ts";
import { FaultCounts, sentence } from "./measure-faults.ts";
import { type LaneOptions, MeasureLane } from "./measure-lane.ts";
import type { TeacherEndpoint } from "./teacher-endpoint.ts";

export interface EndpointSourceOptions extends LaneOptions {
	readonly endpoint: TeacherEndpoint;
	readonly model: string;
	readonly cache: MeasureCache<Float32Array>;
	/** Texts a request holds at most; halved where the server refuses. */
	readonly batchTexts?: number;
}

/** UTF-16 units a request holds at most: a third of OpenAI's 300,000 tokens, were each unit a token. */
const batchUnits = 100_000;

/** Two texts no model gives the same vector. */
const probes = ["The weather is fine today.", "Der Vertrag endet am 31. Dezember."] as const;

export class EndpointSource implements EmbeddingSource {
	readonly lane: MeasureLane;
	readonly kind = "embed";
	readonly #options: EndpointSourceOptions;
	readonly #faults = new FaultCounts();
	/** Texts without a vector are not asked for again in a later pass. */
	readonly #failed = new Set<string>();
	/** Keys of the vectors that were handed out. */
	readonly #keys: string[] = [];
	readonly #handles = new Map<string, VectorHandle>();
	#batchTexts: number;
	#dimensions = 0;

	constructor(options: EndpointSourceOptions) {
		this.#options = options;
		this.#batchTexts = options.batchTexts ?? 64;
		this.lane = new MeasureLane(`${options.model} at ${options.endpoint.origin}`, "embed", options);
	}

	get backend(): string {
		return this.#dimensions === 0 ? this.lane.backend : `${this.lane.backend}, ${this.#dimensions} dimensions`;
	}

	get dimensions(): number {
		return this.#dimensions;
	}

	/** Asks for two vectors, once. */
	async prepare(signal: AbortSignal): Promise<void> {
		if (this.#dimensions !== 0) return;
		const { reply, fault } = await this.#ask(probes, `probe ${this.lane.backend}`, signal);
		if (!reply) throw this.#refused(fault ?? "no answer");
		const [one, other] = readEmbeddings(reply.body, probes.length, null);
		if (!one || "fault" in one) throw this.#refused(one?.fault ?? "no vector");
		if (!other || "fault" in other) throw this.#refused(other?.fault ?? "no vector");
		if (one.length !== other.length) throw this.#refused(`it gives ${one.length} dimensions, then ${other.length}`);
		if (one.every((value, at) => value === other[at])) throw this.#refused("two different texts have the same vector");
		this.#dimensions = one.length;
	}

	need(texts: readonly string[]): BackendNeed {
		const keyed = new Map(texts.map((text) => [this.#key(text), text]));
		const missing = [...keyed].filter(([key]) => !this.#options.cache.has(key));
		const tokens = missing.reduce((sum, [, text]) => sum + quickTokens(text), 0);
		const need = { cached: keyed.size - missing.length, missing: missing.length };
		return addedNeed(noNeed, {
			...need,
			calls: this.#batches(missing).length,
			promptTokens: tokens,
			completionTokens: 0,
		});
	}

	async fetch(texts: readonly string[], signal: AbortSignal): Promise<Float64Array<ArrayBuffer>> {
		const keys = texts.map((text) => this.#key(text));
		const missing = new Map<string, string>();
		for (const [at, key] of keys.entries()) {
			const text = texts[at];
			if (text !== undefined && !this.#failed.has(key) && !(await this.#usable(key))) missing.set(key, text);
		}
		this.#faults.asked(missing.size);
		await Promise.all(this.#batches([...missing]).map((batch) => this.#fetch(batch, signal)));
		return Float64Array.from(keys, (key) => (this.#failed.has(key) ? Number.NaN : this.#handle(key)));
	}

	vector(handle: VectorHandle): Promise<Float32Array | null> | Float32Array | null {
		const key = this.#keys[handle];
		if (key === undefined) return null;
		const { cache } = this.#options;
		return cache.peek(key) ?? cache.get(key).then((vector) => vector ?? null);
	}

	warnings(): readonly string[] {
		return this.#faults.warnings(this.backend, "embeddings");
	}

	#key(text: string): string {
		const { model, endpoint } = this.#options;
		return contentKey(["embedding", model, endpoint.origin, text]);
	}

	#handle(key: string): VectorHandle {
		const known = this.#handles.get(key);
		if (known !== undefined) return known;
		this.#handles.set(key, this.#keys.length);
		return this.#keys.push(key) - 1;
	}

	/** A vector from before the model changed its dimensions is none. Those already handed out are not looked at again. */
	async #usable(key: string): Promise<boolean> {
		const { cache } = this.#options;
		if (!cache.has(key)) return false;
		return this.#handles.has(key) || (await cache.get(key))?.length === this.#dimensions;
	}

	#batches(texts: readonly Keyed[]): Keyed[][] {
		const batches: Keyed[][] = [];
		let units = 0;
		for (const one of texts) {
			const last = batches.at(-1);
			units += one[1].length;
			if (last && last.length < this.#batchTexts && units <= batchUnits) last.push(one);
			else {
				batches.push([one]);
				units = one[1].length;
			}
		}
		return batches;
	}

	/** Fetches a batch; where the server refuses it, its halves, down to the one text that can't be had. */
	async #fetch(batch: readonly Keyed[], signal: AbortSignal): Promise<void> {
		const texts = batch.map(([, text]) => text);
		const key = batch.length === 1 ? (batch[0]?.[0] ?? "") : contentKey(batch.map(([one]) => one));
		const { reply, failure, fault } = await this.#ask(texts, key, signal, (body) =>
			this.#keep(batch, readEmbeddings(body, batch.length, this.#dimensions)),
		);
		if (reply) return;
		// A batch that was refused before a restart has no failure any more, only its reason.
		const isRejected = failure === null || failure.kind === "rejected";
		const isWorthHalving = isRejected || failure.status === 200;
		if (batch.length === 1 || !isWorthHalving)
			return this.#keep(
				batch,
				batch.map(() => ({ fault: fault ?? "no answer" })),
			);
		const half = Math.ceil(batch.length / 2);
		// A limit on texts shows on every batch; asking in halves from now on saves the refused calls.
		if (isRejected) this.#batchTexts = Math.min(this.#batchTexts, half);
		await this.#fetch(batch.slice(0, half), signal);
		await this.#fetch(batch.slice(half), signal);
	}

	#ask(input: readonly string[], key: string, signal: AbortSignal, keep?: (body: unknown) => Promise<void>) {
		let received: unknown;
		const { endpoint, model } = this.#options;
		const promptTokens = input.reduce((sum, text) => sum + quickTokens(text), 0);
		return this.lane.ask(
			{
				key,
				expected: { promptTokens, completionTokens: 0 },
				send: () => endpoint.post("/embeddings", { model, input, encoding_format: "float" }, signal),
				read: ({ body }) => {
					received = body;
					return { usage: usageIn(body), fault: null };
				},
				keep: async () => keep?.(received),
				// A batch that is too large, or holds a text that can't be read, says nothing about the others.
				isOwnFault: ({ kind, status }) => input.length > 1 && (kind === "rejected" || status === 200),
			},
			signal,
		);
	}

	async #keep(batch: readonly Keyed[], read: ReturnType<typeof readEmbeddings>): Promise<void> {
		await Promise.all(
			batch.map(async ([key], at) => {
				const vector = read[at] ?? { fault: "no vector" };
				if (!("fault" in vector)) return this.#options.cache.keep(key, vector);
				this.#failed.add(key);
				this.#faults.add(vector.fault);
			}),
		);
	}

	#refused(why: string): UserError {
		return new UserError("embeddings", `${this.lane.backend} can't measure diversity: ${sentence(why)}`);
	}
}

type Keyed = readonly [key: string, text: string];
