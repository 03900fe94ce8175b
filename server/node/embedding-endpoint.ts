/** Embeddings of any OpenAI-compatible `/embeddings` endpoint: probed, batched, checked one by one, cached by content. */
import type { Embedding } from "../core/measure/diversity-sum.ts";
import { readEmbeddings } from "../core/measure/embedding-answer.ts";
import { UserError } from "../core/problem.ts";
import type { EmbeddedText, EmbeddingSource } from "./embedding-source.ts";
import { contentKey, type MeasureCache } from "./measure-cache.ts";
import { type CallOptions, MeasureCalls } from "./measure-calls.ts";
import { FaultCounts, sentence } from "./measure-faults.ts";
import type { TeacherEndpoint } from "./teacher-endpoint.ts";

export interface EndpointSourceOptions extends CallOptions {
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
	readonly backend: string;
	readonly dimensions: number;
	readonly #options: EndpointSourceOptions;
	readonly #calls: MeasureCalls;
	readonly #faults = new FaultCounts();
	/** Texts without a vector are not asked for again in a later pass. */
	readonly #failed = new Set<string>();
	#batchTexts: number;

	private constructor(options: EndpointSourceOptions, calls: MeasureCalls, dimensions: number) {
		this.#options = options;
		this.#calls = calls;
		this.dimensions = dimensions;
		this.#batchTexts = options.batchTexts ?? 64;
		this.backend = `${options.model} at ${options.endpoint.origin}, ${dimensions} dimensions`;
	}

	/** Asks for two vectors first. Throws `UserError` where they can't be used. */
	static async open(options: EndpointSourceOptions, signal: AbortSignal): Promise<EndpointSource> {
		const calls = new MeasureCalls(options);
		const refused = (why: string) =>
			new UserError(
				"embeddings",
				`${options.model} at ${options.endpoint.origin} can't measure diversity: ${sentence(why)}`,
			);
		const reply = await calls.call(() => post(options, probes, signal), signal);
		if (reply.type === "failure") throw refused(reply.message);
		const [one, other] = readEmbeddings(reply.body, probes.length, null);
		if (!one || "fault" in one) throw refused(one?.fault ?? "no vector");
		if (!other || "fault" in other) throw refused(other?.fault ?? "no vector");
		if (one.length !== other.length) throw refused(`it gives ${one.length} dimensions, then ${other.length}`);
		if (one.every((value, at) => value === other[at])) throw refused("two different texts have the same vector");
		return new EndpointSource(options, calls, one.length);
	}

	async embed(
		texts: readonly EmbeddedText[],
		use: (at: number, embedding: Embedding | null, dimensions: number) => void,
		signal: AbortSignal,
	): Promise<void> {
		const keys = texts.map(({ text }) => this.#key(text));
		const missing = new Map<string, string>();
		for (const [at, key] of keys.entries()) {
			const text = texts[at]?.text;
			if (text !== undefined && !this.#failed.has(key) && !this.#options.cache.get(key)) missing.set(key, text);
		}
		this.#faults.asked(missing.size);
		await Promise.all(this.#batches([...missing]).map((batch) => this.#fetch(batch, signal)));
		for (const [at, key] of keys.entries()) use(at, this.#options.cache.get(key) ?? null, this.dimensions);
	}

	warnings(): readonly string[] {
		return this.#faults.warnings(this.backend, "embeddings");
	}

	#key(text: string): string {
		const { model, endpoint } = this.#options;
		return contentKey(["embedding", model, endpoint.origin, this.dimensions, text]);
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
		const reply = await this.#calls.call(() => post(this.#options, texts, signal), signal);
		if (reply.type === "body") return this.#keep(batch, readEmbeddings(reply.body, batch.length, this.dimensions));
		const isWorthHalving = reply.kind === "rejected" || reply.status === 200;
		if (batch.length === 1 || !isWorthHalving)
			return this.#keep(
				batch,
				batch.map(() => ({ fault: reply.message })),
			);
		const half = Math.ceil(batch.length / 2);
		// A limit on texts shows on every batch; asking in halves from now on saves the refused calls.
		if (reply.kind === "rejected") this.#batchTexts = Math.min(this.#batchTexts, half);
		await this.#fetch(batch.slice(0, half), signal);
		await this.#fetch(batch.slice(half), signal);
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
}

type Keyed = readonly [key: string, text: string];

function post({ endpoint, model }: EndpointSourceOptions, input: readonly string[], signal: AbortSignal) {
	return endpoint.post("/embeddings", { model, input, encoding_format: "float" }, signal);
}
