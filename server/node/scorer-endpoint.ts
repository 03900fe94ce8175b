/** Perplexity by a server that gives the log-probabilities of a text, such as vLLM or TGI; refused unless it passes a test. */
import * as z from "zod/mini";
import type { Scored } from "../core/measure/group-measure.ts";
import type { ResponseLikelihood } from "../core/measure/perplexity.ts";
import { quickTokens } from "../core/measure/quick-tokens.ts";
import {
	acceptanceFault,
	acceptanceTexts,
	type EchoedTokens,
	responseLikelihood,
} from "../core/measure/scorer-answer.ts";
import { type ScorerRoute, scorerRoutes } from "../core/measure/scorer-route.ts";
import { usageIn } from "../core/measure/token-usage.ts";
import { UserError } from "../core/problem.ts";
import { addedNeed, type BackendNeed, type CompleteSample, noNeed, type SampleBackend } from "./measure-backend.ts";
import { contentKey, type MeasureCache, schemaCodec } from "./measure-cache.ts";
import { FaultCounts, sentence } from "./measure-faults.ts";
import { type LaneOptions, MeasureLane } from "./measure-lane.ts";
import type { TeacherEndpoint } from "./teacher-endpoint.ts";

export interface ScorerOptions extends LaneOptions {
	readonly endpoint: TeacherEndpoint;
	readonly model: string;
	readonly cache: MeasureCache<ResponseLikelihood>;
	/** Stands between prompt and response; the authors have none. */
	readonly separator: string;
	/** How the server is asked; vLLM's way where absent. */
	readonly route?: ScorerRoute;
}

interface Fault {
	readonly fault: string;
}

export const likelihoodCodec = schemaCodec(
	z.object({ nll: z.number(), tokens: z.int(), bytes: z.int(), isTruncated: z.optional(z.boolean()) }),
);

export class ScorerEndpoint implements SampleBackend<Scored> {
	readonly backend: string;
	readonly kind = "score";
	readonly lane: MeasureLane;
	readonly #options: ScorerOptions;
	readonly #route: ScorerRoute;
	readonly #faults = new FaultCounts();
	#isAccepted = false;

	constructor(options: ScorerOptions) {
		this.#options = options;
		this.#route = options.route ?? "completions";
		const joined = `prompt + ${JSON.stringify(options.separator)} + response`;
		this.backend = `${options.model} at ${options.endpoint.origin}, ${joined}`;
		this.lane = new MeasureLane(this.backend, "score", options);
	}

	/** Runs the acceptance test, until it is passed once. Throws `UserError` with the reason where the server fails it. */
	async prepare(signal: AbortSignal): Promise<void> {
		if (this.#isAccepted) return;
		const plain = await Promise.all(acceptanceTexts.map((texts) => this.#accepted(texts.plain, signal)));
		const shuffled = await Promise.all(acceptanceTexts.map((texts) => this.#accepted(texts.shuffled, signal)));
		const fault = acceptanceFault(plain, shuffled);
		if (fault !== null) throw this.#refused(fault);
		this.#isAccepted = true;
	}

	need(samples: readonly CompleteSample[]): BackendNeed {
		return samples.reduce((sum, sample) => addedNeed(sum, this.#need(sample)), noNeed);
	}

	async ask(samples: readonly CompleteSample[], signal: AbortSignal): Promise<readonly Scored[]> {
		return Promise.all(samples.map((sample) => this.#score(sample, signal)));
	}

	warnings(): readonly string[] {
		return this.#faults.warnings(this.backend, "responses");
	}

	#need(sample: CompleteSample): BackendNeed {
		if (this.#options.cache.has(this.#key(sample))) return { ...noNeed, cached: 1 };
		const promptTokens = quickTokens(sample.context) + quickTokens(sample.response);
		return { cached: 0, missing: 1, calls: 1, promptTokens, completionTokens: 1 };
	}

	#key({ context, response }: CompleteSample): string {
		const { model, endpoint, separator } = this.#options;
		return contentKey(["likelihood", this.#route, model, endpoint.origin, context + separator, response]);
	}

	async #score(sample: CompleteSample, signal: AbortSignal): Promise<Scored> {
		const { cache, separator } = this.#options;
		const key = this.#key(sample);
		const known = await cache.get(key);
		if (known) return known;
		this.#faults.asked(1);
		const before = sample.context + separator;
		const scored = await this.#asked(before + sample.response, key, signal, {
			make: (echo) => responseLikelihood(echo, before, sample.response),
			keep: (likelihood) => cache.keep(key, likelihood),
		});
		if (!("fault" in scored)) return scored;
		this.#faults.add(scored.fault);
		return { failure: scored.fault };
	}

	async #accepted(text: string, signal: AbortSignal): Promise<EchoedTokens> {
		const key = `acceptance ${this.backend} ${text}`;
		const make = (tokens: EchoedTokens) => {
			const whole = responseLikelihood(tokens, text.slice(0, 4), text.slice(4));
			return "fault" in whole ? whole : tokens;
		};
		const echo = await this.#asked(text, key, signal, { make });
		if ("fault" in echo) throw this.#refused(echo.fault);
		return echo;
	}

	/** The text's tokens, made into what is wanted of them; or why they can't be. */
	async #asked<T extends object>(
		text: string,
		key: string,
		signal: AbortSignal,
		{ make, keep }: { make: (echo: EchoedTokens) => T | Fault; keep?: (made: T) => Promise<void> },
	): Promise<T | Fault> {
		const { endpoint, model } = this.#options;
		const { path, body, read } = scorerRoutes[this.#route];
		let made: T | Fault = { fault: "no answer" };
		const { fault } = await this.lane.ask(
			{
				key,
				expected: { promptTokens: quickTokens(text), completionTokens: 1 },
				send: () => endpoint.post(path, body(model, text), signal),
				read: (answer) => {
					const echo = read(answer.body);
					made = "fault" in echo ? echo : make(echo);
					return { usage: usageIn(answer.body), fault: "fault" in made ? made.fault : null, isFinal: true };
				},
				keep: async () => {
					if (!("fault" in made)) await keep?.(made);
				},
			},
			signal,
		);
		return fault === null ? made : { fault };
	}

	#refused(why: string): UserError {
		const { model, endpoint } = this.#options;
		return new UserError(
			"scorer",
			`${model} at ${endpoint.origin} can't measure perplexity: ${sentence(why)} vLLM's completions route can, and TGI's own route (tgi:URL#MODEL).`,
		);
	}
}
