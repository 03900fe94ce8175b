/** One teacher's endpoint: sends a chat request once and says what came of it. Never retries, never throws for a bad server. */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import { Agent, fetch as undiciFetch } from "undici";
import * as z from "zod/mini";
import { apiBase, originOf } from "../core/generate/base-url.ts";
import { classifyHttp, classifyInBody, retryAfterMs } from "../core/generate/classify-failure.ts";
import { redact } from "../core/generate/redact.ts";
import type { ChatRequest, Failure, FailureKind, Reply } from "../core/generate/reply.ts";
import type { Teacher } from "../core/project.ts";
import { IdleError, StreamedAnswer, withIdleLimit } from "./teacher-stream.ts";

export interface EndpointOptions {
	/** Whole time an attempt may take on the wire; local models load for minutes. */
	readonly timeoutMs?: number;
	/** Sent to this endpoint only; null where it needs none. */
	readonly key: string | null;
}

/** undici's types and the editor's DOM types name the same things twice. */
type OpenAIFetchOptions = NonNullable<ConstructorParameters<typeof OpenAI>[0]>["fetchOptions"];

const defaultTimeoutMs = 10 * 60_000;
const connectTimeoutMs = 10_000;
/** An attempt that outlives its time by this much is given up whatever the library does. */
const watchdogGraceMs = 5_000;
/** Silence in the middle of a streamed answer. */
const idleTimeoutMs = 60_000;
/** Far above any sample; an endless body must not fill the memory. */
const maxResponseBytes = 32 << 20;

/** The parts of an answer we read; everything is optional, since servers leave out what they like. */
const Completion = z.looseObject({
	system_fingerprint: z.nullish(z.string()),
	choices: z.array(
		z.looseObject({
			finish_reason: z.nullish(z.string()),
			message: z.looseObject({
				content: z.nullish(z.string()),
				refusal: z.nullish(z.string()),
				reasoning: z.nullish(z.unknown()),
				reasoning_content: z.nullish(z.unknown()),
			}),
		}),
	),
	usage: z.nullish(z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int() })),
});

const BodyError = z.looseObject({
	error: z.looseObject({ message: z.nullish(z.string()), code: z.nullish(z.union([z.string(), z.number()])) }),
});

export class TeacherEndpoint {
	/** Scheme, host and port. */
	readonly origin: string;
	readonly #client: OpenAI;
	readonly #agent: Agent;
	readonly #key: string | null;
	readonly #timeoutMs: number;

	constructor({ baseUrl }: Pick<Teacher, "baseUrl">, { key, timeoutMs = defaultTimeoutMs }: EndpointOptions) {
		this.origin = originOf(baseUrl);
		this.#key = key;
		this.#timeoutMs = timeoutMs;
		this.#agent = new Agent({
			headersTimeout: 0,
			bodyTimeout: 0,
			connect: { timeout: connectTimeoutMs },
			maxResponseSize: maxResponseBytes,
		});
		this.#client = new OpenAI({
			baseURL: apiBase(baseUrl),
			apiKey: key ?? "none",
			adminAPIKey: null,
			organization: null,
			project: null,
			defaultHeaders: key === null ? { authorization: null } : {},
			maxRetries: 0,
			timeout: timeoutMs,
			logLevel: "off",
			fetch: undiciFetch as unknown as typeof fetch,
			// A redirect would carry the prompt to an address nobody named.
			fetchOptions: { dispatcher: this.#agent, redirect: "manual" } as OpenAIFetchOptions,
		});
	}

	/** Asks once. Rejects only when `signal` was aborted. */
	async complete(request: ChatRequest, signal: AbortSignal): Promise<Reply> {
		return this.#watched(signal, async (attempt) => {
			const body = requestBody(request);
			if (request.isStreamed) return this.#streamed(body, request, attempt);
			const { data, response } = await this.#client.chat.completions.create(body, { signal: attempt }).withResponse();
			return this.#readCompletion(data, response.headers.get("x-polyglot-practice") !== null);
		});
	}

	/** Names of the models the endpoint offers, or why it does not say. */
	async models(signal: AbortSignal): Promise<readonly string[] | Failure> {
		return this.#watched(signal, async (attempt) => {
			const { data: page } = await this.#client.models.list({ signal: attempt }).withResponse();
			const listed = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) }).safeParse(page);
			return listed.success
				? listed.data.data.map(({ id }) => id)
				: this.#notCompatible("its list of models is no such list");
		});
	}

	/** Posts to another path of the endpoint, such as `/embeddings`; what comes back is nobody's word yet. Rejects as `complete` does. */
	async post(path: string, body: object, signal: AbortSignal): Promise<{ type: "body"; body: unknown } | Failure> {
		return this.#watched(signal, async (attempt) => {
			const { data } = await this.#client.post<unknown>(path, { body, signal: attempt }).withResponse();
			return this.#errorInside(data) ?? { type: "body", body: data };
		});
	}

	async close(): Promise<void> {
		await this.#agent.destroy();
	}

	/** Runs one attempt under its own abort signal and a watchdog. */
	async #watched<T>(signal: AbortSignal, attempt: (signal: AbortSignal) => Promise<T>): Promise<T | Failure> {
		signal.throwIfAborted();
		const controller = new AbortController();
		const stop = () => controller.abort();
		signal.addEventListener("abort", stop, { once: true });
		let watchdog: NodeJS.Timeout | undefined;
		const outlived = new Promise<Failure>((resolve) => {
			watchdog = setTimeout(() => {
				controller.abort();
				resolve(this.#failure("transient", null, `No complete answer within ${this.#timeoutMs / 1000} s.`));
			}, this.#timeoutMs + Math.min(watchdogGraceMs, this.#timeoutMs));
		});
		try {
			return await Promise.race([attempt(controller.signal), outlived]);
		} catch (cause) {
			signal.throwIfAborted();
			return this.#failureOf(cause);
		} finally {
			clearTimeout(watchdog);
			signal.removeEventListener("abort", stop);
		}
	}

	/** Reads the answer piece by piece; gives up on long silence, on a blank loop, and on what exceeds every limit. */
	async #streamed(
		body: OpenAI.ChatCompletionCreateParamsNonStreaming,
		{ maxTokens }: ChatRequest,
		signal: AbortSignal,
	): Promise<Reply> {
		const streaming = { ...body, stream: true as const, stream_options: { include_usage: true } };
		const { data, response } = await this.#client.chat.completions.create(streaming, { signal }).withResponse();
		const answer = new StreamedAnswer(maxTokens);
		for await (const chunk of withIdleLimit(data, Math.min(idleTimeoutMs, this.#timeoutMs))) {
			const error = this.#errorInside(chunk);
			if (error) return error;
			answer.add(chunk);
			// Leaving the loop closes the connection, so nothing more is written or paid for.
			if (answer.isRunaway) break;
		}
		if (!answer.hasStarted) return this.#notCompatible("its stream holds no chat completion");
		return answer.reply(response.headers.get("x-polyglot-practice") !== null);
	}

	/** Some gateways answer 200 and put the error into the body. */
	#errorInside(body: unknown): Failure | undefined {
		const error = BodyError.safeParse(body);
		if (!error.success) return undefined;
		const { message, code } = error.data.error;
		const text = message ?? "no reason given";
		const kind = classifyInBody(code === null || code === undefined ? null : String(code), text);
		return this.#failure(kind, 200, `The server answered 200 with an error inside: ${text}`);
	}

	#readCompletion(body: unknown, isMarkedPractice: boolean): Reply {
		const failure = this.#errorInside(body);
		if (failure) return failure;
		const completion = Completion.safeParse(body);
		const choice = completion.data?.choices[0];
		if (!completion.success || !choice) return this.#notCompatible("its answer is no chat completion");
		const { message, finish_reason: finishReason = null } = choice;
		if (finishReason === "error")
			return this.#failure("transient", 200, "The server broke off with finish reason `error`.");
		const { usage, system_fingerprint: fingerprint } = completion.data;
		return {
			type: "answer",
			text: message.content ?? "",
			finishReason,
			usage: usage ? { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } : null,
			isRefusal: finishReason === "content_filter" || (message.refusal ?? "") !== "",
			hasReasoning: Boolean(message.reasoning ?? message.reasoning_content),
			isPractice: isMarkedPractice || fingerprint === "practice",
		};
	}

	#failureOf(cause: unknown): Failure {
		if (cause instanceof APIConnectionTimeoutError)
			return this.#failure("transient", null, `No complete answer within ${this.#timeoutMs / 1000} s.`);
		if (cause instanceof APIConnectionError) return this.#connectionFailure(cause);
		if (cause instanceof APIError && cause.status !== undefined) return this.#httpFailure(cause);
		if (cause instanceof IdleError) return this.#failure("transient", 200, cause.message);
		if (cause instanceof SyntaxError) return this.#failure("transient", 200, "The server's answer is not JSON.");
		return this.#connectionFailure(cause);
	}

	#httpFailure(error: APIError): Failure {
		const status = Number(error.status);
		const code = typeof error.code === "string" ? error.code : (error.type ?? null);
		const header = (name: string) => error.headers?.get(name) ?? null;
		if (status >= 300 && status < 400)
			return this.#failure(
				"fatal",
				status,
				`It redirects to ${header("location") ?? "another address"}; set baseUrl to the address it should be.`,
			);
		const message = error.message.replace(/^\d{3}\s+/, "");
		const kind = classifyHttp({ status, code, message });
		return this.#failure(kind, status, message, retryAfterMs(header, Date.now()));
	}

	#connectionFailure(cause: unknown): Failure {
		const code = deepestCode(cause);
		const kind = code !== undefined && neverConnected.has(code) ? "unreachable" : "transient";
		const text =
			kind === "unreachable"
				? `Nothing answers at ${this.origin} (${code}).`
				: `The connection broke (${code ?? deepestMessage(cause)}).`;
		return this.#failure(kind, null, text);
	}

	#notCompatible(what: string): Failure {
		return this.#failure("fatal", 200, `${this.origin} is not an OpenAI-compatible server: ${what}. Check baseUrl.`);
	}

	#failure(kind: FailureKind, status: number | null, message: string, retryAfter: number | null = null): Failure {
		return { type: "failure", kind, status, message: redact(message, [this.#key]), retryAfterMs: retryAfter };
	}
}

/** Errors before a connection stood; anything later may pass by itself. */
const neverConnected = new Set([
	"ECONNREFUSED",
	"ENOTFOUND",
	"EAI_AGAIN",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"UND_ERR_CONNECT_TIMEOUT",
	"CERT_HAS_EXPIRED",
	"DEPTH_ZERO_SELF_SIGNED_CERT",
	"SELF_SIGNED_CERT_IN_CHAIN",
	"UNABLE_TO_VERIFY_LEAF_SIGNATURE",
	"ERR_TLS_CERT_ALTNAME_INVALID",
	"ERR_SSL_WRONG_VERSION_NUMBER",
	"EPROTO",
]);

/** fetch wraps the system's error several times over. */
function deepestCode(cause: unknown): string | undefined {
	let code: string | undefined;
	for (let error = cause, depth = 0; error instanceof Error && depth < 6; error = error.cause, depth++) {
		if ("code" in error && typeof error.code === "string") code = error.code;
		if (error instanceof AggregateError && error.errors[0] instanceof Error)
			code = deepestCode(error.errors[0]) ?? code;
	}
	return code;
}

function deepestMessage(cause: unknown): string {
	return cause instanceof Error
		? cause.cause instanceof Error
			? deepestMessage(cause.cause)
			: cause.message
		: String(cause);
}

function requestBody(request: ChatRequest): OpenAI.ChatCompletionCreateParamsNonStreaming {
	const { model, messages, temperature, topP, maxTokens, seed, tokenField = "max_tokens", answer } = request;
	return {
		model,
		messages: messages.map(({ role, content }) => ({ role, content })),
		...(temperature === undefined ? {} : { temperature }),
		...(topP === undefined ? {} : { top_p: topP }),
		...(maxTokens === undefined ? {} : { [tokenField]: maxTokens }),
		...(answer ? responseFormat(answer) : {}),
		...(seed === undefined ? {} : { seed }),
	};
}

/** OpenAI's nested form: the flat one of some manuals is accepted and ignored by llama.cpp (generation.md 3.1). */
function responseFormat({ form, schema }: NonNullable<ChatRequest["answer"]>) {
	if (form === "text") return {};
	if (form === "object") return { response_format: { type: "json_object" as const } };
	const json_schema = { name: "answer", schema: { ...schema }, ...(form === "strict" ? { strict: true } : {}) };
	return { response_format: { type: "json_schema" as const, json_schema } };
}
