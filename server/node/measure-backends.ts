/** Opens the backends a measurement names, with their keys, prices and caches. */
import { originOf } from "../core/generate/base-url.ts";
import type { Scored } from "../core/measure/group-measure.ts";
import type { MeasureWish } from "../core/measure/measure-wish.ts";
import type { Rating } from "../core/measure/ratings.ts";
import { UserError } from "../core/problem.ts";
import type { Price, Teacher } from "../core/project.ts";
import { EndpointSource } from "./embedding-endpoint.ts";
import type { EmbeddingSource } from "./embedding-source.ts";
import type { SampleBackend } from "./measure-backend.ts";
import { type CacheCodec, cachePath, MeasureCache, vectorCodec } from "./measure-cache.ts";
import type { Priced } from "./measure-estimate.ts";
import type { JournalSlot } from "./measure-journal.ts";
import { JudgeEndpoint, judgementCodec } from "./measure-judge.ts";
import type { LaneOptions } from "./measure-lane.ts";
import type { MeasureWorld } from "./measure-open.ts";
import { likelihoodCodec, ScorerEndpoint } from "./scorer-endpoint.ts";
import { TrainerScorer } from "./scorer-trainer.ts";
import { TeacherEndpoint } from "./teacher-endpoint.ts";

export interface OpenBackends {
	/** Null for the lexical embedding. */
	readonly embeddings: EmbeddingSource | null;
	readonly judges: readonly SampleBackend<Rating>[];
	readonly scorer: SampleBackend<Scored> | null;
	/** In the order embeddings, judges, scorer. */
	readonly priced: readonly Priced[];
	/** Where lanes find the journal once there is one. */
	readonly journal: JournalSlot;
	close(): Promise<void>;
}

/** The practice judge's name, as its own server knows it. */
const practiceJudge = "practice-judge";
/** Feedback and likelihoods are small; vectors get the room that is the cache's own. */
const smallRoom = 64 << 20;

export async function openBackends(wish: MeasureWish, world: MeasureWorld): Promise<OpenBackends> {
	const opening = new Opening(wish, world);
	try {
		const embeddings = await opening.embeddings();
		const judges = await opening.judges();
		const scorer = await opening.scorer();
		const { priced, journal } = opening;
		return { embeddings, judges, scorer, priced, journal, close: () => opening.close() };
	} catch (cause) {
		await opening.close();
		throw cause;
	}
}

/** A backend's endpoint and what is known about it. */
interface Door {
	readonly endpoint: TeacherEndpoint;
	readonly model: string;
	/** For a judge, its sampling. */
	readonly teacher: Teacher;
	readonly lane: LaneOptions;
}

class Opening {
	readonly priced: Priced[] = [];
	readonly journal: JournalSlot = { current: null };
	readonly #wish: MeasureWish;
	readonly #world: MeasureWorld;
	readonly #closers: (() => Promise<void>)[] = [];

	constructor(wish: MeasureWish, world: MeasureWorld) {
		this.#wish = wish;
		this.#world = world;
	}

	async embeddings(): Promise<EmbeddingSource | null> {
		const { embeddings: name } = this.#wish;
		if (name === "lexical") return null;
		const { endpoint, model, lane } = await this.#door(name, "embeddings");
		const cache = await this.#cache("embeddings", vectorCodec);
		return new EndpointSource({ endpoint, model, cache, ...lane });
	}

	async judges(): Promise<SampleBackend<Rating>[]> {
		const { judges, rubrics = {} } = this.#wish;
		if (judges.length === 0) return [];
		const cache = await this.#cache("ratings", judgementCodec, smallRoom);
		const opened: SampleBackend<Rating>[] = [];
		for (const name of judges) {
			const { endpoint, teacher, lane } = await this.#door(name, "judge");
			const place = name === practiceJudge ? { place: "practice mode" } : {};
			opened.push(new JudgeEndpoint({ endpoint, teacher, cache, rubrics, ...place, ...lane }));
		}
		return opened;
	}

	async scorer(): Promise<SampleBackend<Scored> | null> {
		const { scorer: name, isPaperCompatible } = this.#wish;
		if (name === null) return null;
		const cache = await this.#cache("perplexity", likelihoodCodec, smallRoom);
		if (name.startsWith("trainer:")) return this.#trainer(name.slice("trainer:".length), cache);
		const isTgi = name.startsWith("tgi:");
		const { endpoint, model, lane } = await this.#door(isTgi ? name.slice("tgi:".length) : name, "scorer");
		const separator = isPaperCompatible ? "" : "\n";
		const route = isTgi ? "tgi" : "completions";
		return new ScorerEndpoint({ endpoint, model, cache, separator, route, ...lane });
	}

	async close(): Promise<void> {
		for (const close of this.#closers.splice(0).reverse()) await close();
	}

	async #trainer(model: string, cache: MeasureCache<{ nll: number; tokens: number; bytes: number }>) {
		const { trainer } = this.#world;
		if (!trainer)
			throw new UserError("usage", `trainer:${model}: no trainer is known here; name one in polyglot.json.`);
		this.priced.push({ price: undefined });
		return new TrainerScorer({ client: await trainer(), model, cache });
	}

	/** `role` names the key of an address. */
	async #door(name: string, role: "embeddings" | "judge" | "scorer"): Promise<Door> {
		const teacher = await this.#teacher(name, role);
		const { baseUrl, model, price, concurrency, rpm, tpm } = teacher;
		const isPractice = name === practiceJudge;
		const key = isPractice
			? (await this.#world.practice()).apiKey
			: await this.#world.key(isAddress(name) ? role : name, originOf(baseUrl));
		const endpoint = new TeacherEndpoint({ baseUrl }, { key });
		this.#closers.push(() => endpoint.close());
		this.#checkBudget(name, price, isPractice);
		this.priced.push({ price: isPractice ? null : price, concurrency });
		const { speed } = this.#world;
		const quotas = { ...(rpm ? { rpm } : {}), ...(tpm ? { tpm } : {}), ...(price ? { price } : {}) };
		const pace = { ...(concurrency ? { concurrency } : {}), ...(speed ? { speed } : {}) };
		return { endpoint, model, teacher, lane: { journal: this.journal, ...quotas, ...pace } };
	}

	async #teacher(name: string, role: "embeddings" | "judge" | "scorer"): Promise<Teacher> {
		const { teachers } = this.#world;
		const known = teachers.find((one) => one.name === name);
		if (known) return known;
		if (name === practiceJudge && role === "judge") {
			const { baseUrl } = await this.#world.practice();
			return { name, model: practiceJudge, baseUrl };
		}
		const address = /^(https?:\/\/[^\s?#@]+)#(\S{1,200})$/u.exec(name);
		const [, baseUrl, model] = address ?? [];
		if (baseUrl !== undefined && model !== undefined && URL.canParse(baseUrl)) return { name: role, baseUrl, model };
		const names = [...teachers.map((one) => one.name), ...(role === "judge" ? [practiceJudge] : [])].join(", ");
		const shown = name.replace(/\/\/[^/]*@/u, "//…@");
		throw new UserError(
			"usage",
			`--${role} ${shown}: polyglot.json has no such teacher. Known: ${names || "none"}. Or give URL#MODEL, such as http://127.0.0.1:8000/v1#BAAI/bge-m3.`,
		);
	}

	#checkBudget(name: string, price: Price | undefined, isPractice: boolean): void {
		const { budget } = this.#wish;
		if (!budget || isPractice || price?.currency === budget.currency) return;
		throw new UserError(
			"budget",
			`A budget in ${budget.currency} cannot be held: ${name.replace(/\/\/[^/]*@/u, "//…@")} has no price in ${budget.currency}. Name a teacher of polyglot.json with a \`price\`.`,
		);
	}

	async #cache<Value>(name: string, codec: CacheCodec<Value>, room?: number): Promise<MeasureCache<Value>> {
		const cache = await MeasureCache.open(cachePath(this.#world.folder, name), codec, room);
		this.#closers.push(() => cache.close());
		return cache;
	}
}

const isAddress = (name: string): boolean => /^https?:/u.test(name);
