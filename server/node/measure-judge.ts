/** A judge's ratings from 1 to 5: feedback before the score, checked, seeded, cached by content. */
import * as z from "zod/mini";
import type { ChatRequest } from "../core/generate/reply.ts";
import { readJudgement } from "../core/measure/judge-answer.ts";
import { judgeMessages } from "../core/measure/judge-request.ts";
import type { Rating } from "../core/measure/ratings.ts";
import { rubricVersion } from "../core/measure/rubrics.ts";
import type { Teacher } from "../core/project.ts";
import { contentKey, type MeasureCache, schemaCodec } from "./measure-cache.ts";
import { type CallOptions, MeasureCalls } from "./measure-calls.ts";
import type { CompleteSample, SampleBackend } from "./measure-dataset.ts";
import { FaultCounts } from "./measure-faults.ts";
import type { TeacherEndpoint } from "./teacher-endpoint.ts";

export type Judgement = Extract<Rating, { score: number }>;

export const judgementCodec = schemaCodec(z.object({ feedback: z.string(), score: z.int().check(z.gte(1), z.lte(5)) }));

export interface JudgeOptions extends CallOptions {
	readonly endpoint: TeacherEndpoint;
	readonly teacher: Pick<Teacher, "name" | "model" | "sampling">;
	readonly cache: MeasureCache<Judgement>;
	/** Replaces our own rubric. */
	readonly rubric?: string;
}

/** Two to three sentences and a number fit many times over. */
const answerTokens = 1_024;
/** Answers asked for until one can be read; each with a seed of its own. */
const answers = 3;

type JudgeRequest = ChatRequest & { readonly seed: number };

export class JudgeEndpoint implements SampleBackend<Rating> {
	readonly backend: string;
	readonly #options: JudgeOptions;
	readonly #calls: MeasureCalls;
	readonly #faults = new FaultCounts();
	#isPractice = false;

	constructor(options: JudgeOptions) {
		this.#options = options;
		this.#calls = new MeasureCalls(options);
		const rubric = options.rubric === undefined ? rubricVersion : `rubric ${contentKey(options.rubric).slice(0, 12)}`;
		this.backend = `${options.teacher.model} at ${options.endpoint.origin}, ${rubric}`;
	}

	async ask(samples: readonly CompleteSample[], signal: AbortSignal): Promise<readonly Rating[]> {
		return Promise.all(samples.map((sample) => this.#rate(sample, signal)));
	}

	warnings(): readonly string[] {
		const practice = this.#isPractice
			? [`${this.backend} is a practice judge: plain rules, not a language model.`]
			: [];
		return [...practice, ...this.#faults.warnings(this.backend, "ratings")];
	}

	async #rate(sample: CompleteSample, signal: AbortSignal): Promise<Rating> {
		const { cache, endpoint } = this.#options;
		const request = this.#request(sample);
		const key = contentKey(["rating", endpoint.origin, request]);
		const known = cache.get(key);
		if (known) return known;
		this.#faults.asked(1);
		let rating: Rating = { failure: "not asked" };
		for (let seed = request.seed; seed < request.seed + answers; seed += 1) {
			rating = await this.#once({ ...request, seed }, signal);
			if (!("failure" in rating)) {
				await cache.keep(key, rating);
				return rating;
			}
		}
		this.#faults.add(rating.failure);
		return rating;
	}

	/** Greedy, and seeded for servers that honour it (R19). */
	#request(sample: CompleteSample): JudgeRequest {
		const { teacher, rubric } = this.#options;
		const { temperature = 0, topP, seed = 0, maxTokens = answerTokens } = teacher.sampling ?? {};
		return { model: teacher.model, messages: judgeMessages(sample, rubric), temperature, topP, maxTokens, seed };
	}

	async #once(request: JudgeRequest, signal: AbortSignal): Promise<Rating> {
		const reply = await this.#calls.call(() => this.#options.endpoint.complete(request, signal), signal);
		if (reply.type === "failure") return { failure: reply.message };
		this.#isPractice ||= reply.isPractice;
		if (reply.isRefusal) return { failure: "the judge declined" };
		if (reply.finishReason === "length") return { failure: "the answer was cut off at the token limit" };
		return readJudgement(reply.text);
	}
}
