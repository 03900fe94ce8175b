/** The connection to one teacher's server: one attempt at a time under a watchdog, every failure a value, no key in any of them. */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import { Agent, fetch as undiciFetch } from "undici";
import { apiBase, originOf } from "../core/generate/base-url.ts";
import { classifyHttp, retryAfterMs } from "../core/generate/classify-failure.ts";
import { type BodyFailure, errorInside } from "../core/generate/completion-body.ts";
import { readQuota } from "../core/generate/quota.ts";
import { redact } from "../core/generate/redact.ts";
import type { Failure, FailureKind } from "../core/generate/reply.ts";
import type { Teacher } from "../core/project.ts";
import { connectionFailure } from "./connection-failure.ts";
import { IdleError } from "./teacher-stream.ts";

export interface ClientOptions {
	/** Whole time an attempt may take on the wire; local models load for minutes. */
	readonly timeoutMs?: number;
	/** Sent to this endpoint only; null where it needs none. */
	readonly key: string | null;
	readonly maxResponseBytes?: number;
}

/** undici's types and the editor's DOM types name the same things twice. */
type OpenAIFetchOptions = NonNullable<ConstructorParameters<typeof OpenAI>[0]>["fetchOptions"];

const defaultTimeoutMs = 10 * 60_000;
const connectTimeoutMs = 10_000;
/** An attempt that outlives its time by this much is given up whatever the library does. */
const watchdogGraceMs = 5_000;
/** Far above any sample; an endless body must not fill the memory. */
const defaultResponseBytes = 32 << 20;

export class TeacherClient {
	/** Scheme, host and port. */
	readonly origin: string;
	readonly openai: OpenAI;
	readonly timeoutMs: number;
	readonly #agent: Agent;
	readonly #key: string | null;

	constructor({ baseUrl }: Pick<Teacher, "baseUrl">, options: ClientOptions) {
		const { key, timeoutMs = defaultTimeoutMs, maxResponseBytes = defaultResponseBytes } = options;
		this.origin = originOf(baseUrl);
		this.timeoutMs = timeoutMs;
		this.#key = key;
		this.#agent = new Agent({
			headersTimeout: 0,
			bodyTimeout: 0,
			connect: { timeout: connectTimeoutMs },
			maxResponseSize: maxResponseBytes,
		});
		this.openai = new OpenAI({
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

	async close(): Promise<void> {
		await this.#agent.destroy();
	}

	/** Runs one attempt under its own abort signal and a watchdog. Rejects only when `signal` was aborted. */
	async watched<T>(signal: AbortSignal, attempt: (signal: AbortSignal) => Promise<T>): Promise<T | Failure> {
		signal.throwIfAborted();
		const controller = new AbortController();
		const stop = () => controller.abort();
		signal.addEventListener("abort", stop, { once: true });
		let watchdog: NodeJS.Timeout | undefined;
		const outlived = new Promise<Failure>((resolve) => {
			watchdog = setTimeout(() => {
				controller.abort();
				resolve(this.#late());
			}, this.timeoutMs + Math.min(watchdogGraceMs, this.timeoutMs));
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

	failure(kind: FailureKind, status: number | null, message: string, retryAfter: number | null = null): Failure {
		return { type: "failure", kind, status, message: redact(message, [this.#key]), retryAfterMs: retryAfter };
	}

	bodyFailure({ kind, message }: BodyFailure): Failure {
		return this.failure(kind, 200, message);
	}

	/** The error that a 200 may have inside. */
	errorInside(body: unknown): Failure | undefined {
		const found = errorInside(body);
		return found && this.bodyFailure(found);
	}

	notCompatible(what: string): Failure {
		return this.failure("fatal", 200, `${this.origin} is not an OpenAI-compatible server: ${what}. Check baseUrl.`);
	}

	#late(): Failure {
		return this.failure("transient", null, `No complete answer within ${this.timeoutMs / 1000} s.`);
	}

	#failureOf(cause: unknown): Failure {
		if (cause instanceof APIConnectionTimeoutError) return this.#late();
		if (cause instanceof APIConnectionError) return this.#connectionFailure(cause);
		if (cause instanceof APIError && cause.status !== undefined) return this.#httpFailure(cause);
		if (cause instanceof IdleError) return this.failure("transient", 200, cause.message);
		if (cause instanceof SyntaxError) return this.failure("transient", 200, "The server's answer is not JSON.");
		return this.#connectionFailure(cause);
	}

	#httpFailure(error: APIError): Failure {
		const status = Number(error.status);
		const code = typeof error.code === "string" ? error.code : (error.type ?? null);
		const header = (name: string) => error.headers?.get(name) ?? null;
		if (status >= 300 && status < 400)
			return this.failure(
				"fatal",
				status,
				`It redirects to ${header("location") ?? "another address"}; set baseUrl to the address it should be.`,
			);
		const message = error.message.replace(/^\d{3}\s+/, "");
		const kind = classifyHttp({ status, code, message });
		const quota = readQuota(header);
		const failure = this.failure(kind, status, message, retryAfterMs(header, Date.now()));
		return quota ? { ...failure, quota } : failure;
	}

	#connectionFailure(cause: unknown): Failure {
		const { kind, message } = connectionFailure(cause, this.origin);
		return this.failure(kind, null, message);
	}
}
