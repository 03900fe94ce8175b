/** Perplexity by a completions server that echoes log-probabilities, such as vLLM; refused unless it passes a test. */
import * as z from "zod/mini";
import type { Scored } from "../core/measure/group-measure.ts";
import type { ResponseLikelihood } from "../core/measure/perplexity.ts";
import {
	acceptanceFault,
	acceptanceTexts,
	type EchoedTokens,
	type EchoRead,
	readEcho,
	responseLikelihood,
} from "../core/measure/scorer-answer.ts";
import { UserError } from "../core/problem.ts";
import { contentKey, type MeasureCache, schemaCodec } from "./measure-cache.ts";
import { type CallOptions, MeasureCalls } from "./measure-calls.ts";
import type { CompleteSample, SampleBackend } from "./measure-dataset.ts";
import { FaultCounts, sentence } from "./measure-faults.ts";
import type { TeacherEndpoint } from "./teacher-endpoint.ts";

export interface ScorerOptions extends CallOptions {
	readonly endpoint: TeacherEndpoint;
	readonly model: string;
	readonly cache: MeasureCache<ResponseLikelihood>;
	/** Stands between prompt and response; the authors have none. */
	readonly separator: string;
}

export const likelihoodCodec = schemaCodec(z.object({ nll: z.number(), tokens: z.int(), bytes: z.int() }));

export class ScorerEndpoint implements SampleBackend<Scored> {
	readonly backend: string;
	readonly #options: ScorerOptions;
	readonly #calls: MeasureCalls;
	readonly #faults = new FaultCounts();

	private constructor(options: ScorerOptions, calls: MeasureCalls) {
		this.#options = options;
		this.#calls = calls;
		const joined = `prompt + ${JSON.stringify(options.separator)} + response`;
		this.backend = `${options.model} at ${options.endpoint.origin}, ${joined}`;
	}

	/** Runs the acceptance test. Throws `UserError` with the reason where the server fails it. */
	static async open(options: ScorerOptions, signal: AbortSignal): Promise<ScorerEndpoint> {
		const scorer = new ScorerEndpoint(options, new MeasureCalls(options));
		const plain = await Promise.all(acceptanceTexts.map((texts) => scorer.#accepted(texts.plain, signal)));
		const shuffled = await Promise.all(acceptanceTexts.map((texts) => scorer.#accepted(texts.shuffled, signal)));
		const fault = acceptanceFault(plain, shuffled);
		if (fault !== null) throw scorer.#refused(fault);
		return scorer;
	}

	async ask(samples: readonly CompleteSample[], signal: AbortSignal): Promise<readonly Scored[]> {
		return Promise.all(samples.map((sample) => this.#score(sample, signal)));
	}

	warnings(): readonly string[] {
		return this.#faults.warnings(this.backend, "responses");
	}

	async #score({ context, response }: CompleteSample, signal: AbortSignal): Promise<Scored> {
		const { model, endpoint, cache, separator } = this.#options;
		const before = context + separator;
		const key = contentKey(["likelihood", model, endpoint.origin, before, response]);
		const known = cache.get(key);
		if (known) return known;
		this.#faults.asked(1);
		const echo = await this.#echo(before + response, signal);
		const scored = "fault" in echo ? echo : responseLikelihood(echo, before, response);
		if ("fault" in scored) {
			this.#faults.add(scored.fault);
			return { failure: scored.fault };
		}
		await cache.keep(key, scored);
		return scored;
	}

	async #accepted(text: string, signal: AbortSignal): Promise<EchoedTokens> {
		const echo = await this.#echo(text, signal);
		if ("fault" in echo) throw this.#refused(echo.fault);
		const whole = responseLikelihood(echo, text.slice(0, 4), text.slice(4));
		if ("fault" in whole) throw this.#refused(whole.fault);
		return echo;
	}

	async #echo(prompt: string, signal: AbortSignal): Promise<EchoRead> {
		const { endpoint, model } = this.#options;
		// One token more than nothing: some servers refuse to generate none.
		const body = { model, prompt, echo: true, logprobs: 1, max_tokens: 1, temperature: 0 };
		const reply = await this.#calls.call(() => endpoint.post("/completions", body, signal), signal);
		return reply.type === "failure" ? { fault: reply.message } : readEcho(reply.body);
	}

	#refused(why: string): UserError {
		const { model, endpoint } = this.#options;
		return new UserError(
			"scorer",
			`${model} at ${endpoint.origin} can't measure perplexity: ${sentence(why)} vLLM's completions route can.`,
		);
	}
}
