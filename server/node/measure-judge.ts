/** A judge's ratings from 1 to 5: feedback before the score, checked, seeded, cached by content. */
import * as z from "zod/mini";
import type { Answer, ChatRequest } from "../core/generate/reply.ts";
import { readJudgement } from "../core/measure/judge-answer.ts";
import { judgeMessages, type OwnRubrics } from "../core/measure/judge-request.ts";
import { quickTokens } from "../core/measure/quick-tokens.ts";
import type { Rating } from "../core/measure/ratings.ts";
import { rubricVersion } from "../core/measure/rubrics.ts";
import type { Teacher } from "../core/project.ts";
import { addedNeed, type BackendNeed, type CompleteSample, noNeed, type SampleBackend } from "./measure-backend.ts";
import { contentKey, type MeasureCache, schemaCodec } from "./measure-cache.ts";
import { FaultCounts } from "./measure-faults.ts";
import { type LaneOptions, MeasureLane } from "./measure-lane.ts";
import type { TeacherEndpoint } from "./teacher-endpoint.ts";

export type Judgement = Extract<Rating, { score: number }>;

export const judgementCodec = schemaCodec(z.object({ feedback: z.string(), score: z.int().check(z.gte(1), z.lte(5)) }));

export interface JudgeOptions extends LaneOptions {
	readonly endpoint: TeacherEndpoint;
	readonly teacher: Pick<Teacher, "name" | "model" | "sampling">;
	readonly cache: MeasureCache<Judgement>;
	/** In place of our own. */
	readonly rubrics?: OwnRubrics;
	/** In place of the endpoint's origin, where that is another at each start. */
	readonly place?: string;
}

/** Two to three sentences and a number fit many times over. */
const answerTokens = 1_024;
/** What they take, for estimates. */
const expectedAnswer = 90;

type JudgeRequest = ChatRequest & { readonly seed: number };

export class JudgeEndpoint implements SampleBackend<Rating> {
	readonly backend: string;
	readonly kind = "rate";
	readonly lane: MeasureLane;
	readonly #options: JudgeOptions;
	/** Where its endpoint is, as results name it. */
	readonly #place: string;
	readonly #faults = new FaultCounts();
	#isPractice = false;

	constructor(options: JudgeOptions) {
		this.#options = options;
		const { teacher, endpoint, rubrics = {}, place = endpoint.origin } = options;
		this.#place = place;
		const isOwn = Object.keys(rubrics).length === 0;
		const rubric = isOwn ? rubricVersion : `rubric ${contentKey(rubrics).slice(0, 12)}`;
		this.backend = `${teacher.model} at ${place}, ${rubric}${samplingName(teacher.sampling)}`;
		this.lane = new MeasureLane(this.backend, "rate", options);
	}

	/** A judge needs no test: an answer that can't be read shows itself. */
	async prepare(): Promise<void> {}

	need(samples: readonly CompleteSample[]): BackendNeed {
		return samples.reduce((sum, sample) => addedNeed(sum, this.#need(sample)), noNeed);
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

	#need(sample: CompleteSample): BackendNeed {
		const request = this.#request(sample);
		if (this.#options.cache.has(this.#key(request))) return { ...noNeed, cached: 1 };
		const { promptTokens, completionTokens } = expectedUsage(request);
		return { cached: 0, missing: 1, calls: 1, promptTokens, completionTokens };
	}

	async #rate(sample: CompleteSample, signal: AbortSignal): Promise<Rating> {
		const { cache, endpoint } = this.#options;
		const request = this.#request(sample);
		const key = this.#key(request);
		const known = await cache.get(key);
		if (known) return known;
		this.#faults.asked(1);
		const read: Rating[] = [];
		const { fault } = await this.lane.ask<Answer>(
			{
				key,
				expected: expectedUsage(request),
				// Another seed for each further try, so that a server that honours it does not repeat a bad answer.
				send: (unusable) => endpoint.complete({ ...request, seed: request.seed + unusable }, signal),
				read: (answer) => {
					this.#isPractice ||= answer.isPractice;
					const rating = ratingIn(answer);
					read.push(rating);
					return { usage: answer.usage, fault: "failure" in rating ? rating.failure : null };
				},
				keep: async () => {
					const rating = read.at(-1);
					if (rating && "score" in rating) await cache.keep(key, rating);
				},
			},
			signal,
		);
		const rating = read.at(-1);
		if (fault === null && rating && "score" in rating) return rating;
		const failure = fault ?? "no answer";
		this.#faults.add(failure);
		return { failure };
	}

	#key(request: JudgeRequest): string {
		return contentKey(["rating", this.#place, request]);
	}

	/** Greedy, and seeded for servers that honour it (R19). */
	#request(sample: CompleteSample): JudgeRequest {
		const { teacher, rubrics } = this.#options;
		const { temperature = 0, topP, seed = 0, maxTokens = answerTokens } = teacher.sampling ?? {};
		return { model: teacher.model, messages: judgeMessages(sample, rubrics), temperature, topP, maxTokens, seed };
	}
}

/** Only what differs from greedy with seed 0: values by other sampling are other values. */
function samplingName({ temperature = 0, topP, seed = 0 }: Teacher["sampling"] = {}): string {
	const parts = [
		...(temperature === 0 ? [] : [`temperature ${temperature}`]),
		...(topP === undefined ? [] : [`top_p ${topP}`]),
		...(seed === 0 ? [] : [`seed ${seed}`]),
	];
	return parts.map((part) => `, ${part}`).join("");
}

function expectedUsage({ messages }: JudgeRequest) {
	const promptTokens = messages.reduce((sum, { content }) => sum + quickTokens(content) + 4, 0);
	return { promptTokens, completionTokens: expectedAnswer };
}

function ratingIn({ isRefusal, finishReason, text }: Answer): Rating {
	if (isRefusal) return { failure: "the judge declined" };
	if (finishReason === "length") return { failure: "the answer was cut off at the token limit" };
	return readJudgement(text);
}
