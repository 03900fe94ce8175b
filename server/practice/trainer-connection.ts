/** One client of the practice trainer: framing, limits, subscriptions, bulk bytes (protocol §2, §3, §6, §8). */
import type { WebSocket } from "ws";
import { encodeError, TrainerError } from "../core/trainer/errors.ts";
import {
	closeCodes,
	frameHeaderBytes,
	initializeWithinMs,
	type Limits,
	protocolVersion,
} from "../core/trainer/limits.ts";
import { type ReadRequest, readParams, readRequest } from "../core/trainer/messages.ts";
import type { MethodName, Params, Result } from "../core/trainer/methods.ts";
import { readArtifact } from "./trainer-artifacts.ts";
import { serverName, type TrainerMethods } from "./trainer-methods.ts";
import { Bucket } from "./trainer-rate.ts";
import { capabilities } from "./trainer-spec.ts";
import type { TrainerStore } from "./trainer-store.ts";
import { Subscriptions } from "./trainer-subscriptions.ts";
import type { TrainerUploads } from "./trainer-uploads.ts";

export interface Trainer {
	readonly store: TrainerStore;
	readonly methods: TrainerMethods;
	readonly uploads: TrainerUploads;
	readonly limits: Limits;
	/** Launches, resumes and full preflights of the token. */
	readonly launches: Bucket;
	readonly now: () => number;
	readonly deadlines: Deadlines;
	readonly isClosing: () => boolean;
}

/** How long a client is waited for; the protocol's numbers, shorter in tests. */
export interface Deadlines {
	readonly initializeMs: number;
	readonly sendMs: number;
}

export const usualDeadlines: Deadlines = { initializeMs: initializeWithinMs, sendMs: 60_000 };

const unparsableMessages = 3;
const refusalsToClose = 1000;
const refusalWindowMs = 60_000;
const launchMethods: readonly string[] = ["runs.launch", "evals.launch", "runs.resume"];

export class TrainerConnection {
	readonly #socket: WebSocket;
	readonly #trainer: Trainer;
	readonly #bucket: Bucket;
	readonly #subscriptions: Subscriptions;
	#isInitialized = false;
	#unparsable = 0;
	#inFlight = 0;
	#refusals: number[] = [];
	#queued = 0;
	#turn: Promise<void> = Promise.resolve();

	constructor(socket: WebSocket, trainer: Trainer) {
		this.#socket = socket;
		this.#trainer = trainer;
		this.#bucket = new Bucket({ perS: trainer.limits.requestsPerS, burst: trainer.limits.burst, now: trainer.now });
		this.#subscriptions = new Subscriptions(
			trainer.store,
			trainer.limits.subscriptions,
			(method, params) => this.#send({ jsonrpc: "2.0", method, params }),
			() => socket.terminate(),
		);
		const timer = setTimeout(() => {
			if (!this.#isInitialized) this.#close(closeCodes.notInitialized, "no initialize");
		}, trainer.deadlines.initializeMs);
		socket.on("message", (bytes: Buffer, isBinary: boolean) => this.#enqueue(bytes, isBinary));
		socket.on("close", () => {
			clearTimeout(timer);
			this.#subscriptions.close();
		});
		// A broken socket is followed by `close`; there is nobody to tell.
		socket.on("error", () => {});
	}

	notify(method: string, params: Record<string, unknown>): void {
		if (this.#isInitialized) void this.#send({ jsonrpc: "2.0", method, params });
	}

	/** Messages are taken up in arrival order; with too many waiting, the socket is not read. */
	#enqueue(bytes: Buffer, isBinary: boolean): void {
		this.#queued += 1;
		if (this.#queued >= this.#trainer.limits.inboundQueue) this.#socket.pause();
		this.#turn = this.#turn
			.then(() => (isBinary ? this.#takeFrame(bytes) : this.#takeText(bytes.toString("utf8"))))
			.catch((cause: unknown) => this.#close(closeCodes.serverFault, String(cause)))
			.finally(() => {
				this.#queued -= 1;
				if (this.#queued < this.#trainer.limits.inboundQueue) this.#socket.resume();
			});
	}

	async #takeFrame(bytes: Buffer): Promise<void> {
		const payload = bytes.length - frameHeaderBytes;
		if (!this.#isInitialized || payload < 1 || payload > this.#trainer.limits.frameBytes) {
			return this.#close(closeCodes.badBinary, "bad binary message");
		}
		const progress = await this.#trainer.uploads.frame(bytes, this);
		if (progress) await this.#send({ jsonrpc: "2.0", method: "datasets.progress", params: progress });
	}

	/** Starts the request; its answer may come after that of a later one. */
	async #takeText(text: string): Promise<void> {
		let request: ReadRequest;
		try {
			request = readRequest(text, this.#trainer.limits);
		} catch (cause) {
			const error = asTrainerError(cause);
			await this.#refuse(error.code === "parse_error" ? null : idOf(text), error);
			if (error.code === "parse_error") this.#unparsable += 1;
			if (this.#unparsable >= unparsableMessages) this.#close(closeCodes.protocolError, "unparsable messages");
			return;
		}
		if (request.method === "initialize" || !this.#isInitialized) return this.#answer(request);
		this.#inFlight += 1;
		void this.#answer(request).finally(() => {
			this.#inFlight -= 1;
		});
	}

	async #answer({ id, method, params }: ReadRequest): Promise<void> {
		try {
			this.#checkTurn(method);
			const read = readParams(method, params);
			this.#checkRate(method, params);
			const { result, afterwards } = await this.#call(method as MethodName, read);
			await this.#send({ jsonrpc: "2.0", id, result });
			afterwards?.();
		} catch (cause) {
			await this.#refuse(id, asTrainerError(cause));
		}
	}

	#checkTurn(method: string): void {
		if (this.#trainer.isClosing()) throw new TrainerError("shutting_down", "The practice trainer is closing.");
		if (method === "initialize" && this.#isInitialized)
			throw new TrainerError("already_initialized", "Initialized already.");
		if (method !== "initialize" && !this.#isInitialized)
			throw new TrainerError("not_initialized", "Call initialize first.");
	}

	#checkRate(method: string, params: Readonly<Record<string, unknown>>): void {
		const { limits, launches } = this.#trainer;
		const tooMany = this.#inFlight > limits.inFlight;
		const retryAfterS = tooMany ? 1 : this.#bucket.take();
		if (retryAfterS > 0) throw new TrainerError("rate_limited", "Too many requests.", { retryAfterS });
		const isLaunch = launchMethods.includes(method) || (method === "server.preflight" && params.depth === "full");
		const launchAfterS = isLaunch ? launches.take() : 0;
		if (launchAfterS > 0) throw new TrainerError("rate_limited", "Too many launches.", { retryAfterS: launchAfterS });
	}

	async #call(method: MethodName, params: unknown): Promise<{ result: unknown; afterwards?: () => void }> {
		switch (method) {
			case "initialize":
				return this.#initialize(params as Params<"initialize">);
			case "runs.subscribe":
				return this.#subscriptions.subscribe(params as Params<"runs.subscribe">);
			case "runs.unsubscribe":
				this.#subscriptions.unsubscribe((params as Params<"runs.unsubscribe">).runId);
				return { result: {} };
			case "datasets.begin":
				return { result: await this.#trainer.uploads.begin(params as Params<"datasets.begin">, this) };
			case "datasets.commit": {
				const { uploadId } = params as Params<"datasets.commit">;
				return { result: { dataset: await this.#trainer.uploads.commit(uploadId) } };
			}
			case "artifacts.read": {
				const { store, limits } = this.#trainer;
				const asked = params as Params<"artifacts.read">;
				return { result: await readArtifact(store, limits.frameBytes, asked, (frame) => this.#write(frame)) };
			}
			default: {
				const handler = this.#trainer.methods.handlers[method] as (params: unknown) => unknown;
				return { result: await handler(params) };
			}
		}
	}

	#initialize(params: Params<"initialize">): { result: Result<"initialize">; afterwards: () => void } {
		const { protocol, logEpoch, resume } = params;
		const [major, minor] = protocol.split(".").map(Number);
		const [ourMajor, ourMinor] = protocolVersion.split(".").map(Number);
		if (major !== ourMajor) {
			setImmediate(() => this.#close(closeCodes.versionMismatch, "protocol version"));
			throw new TrainerError("protocol_unsupported", `Protocol ${protocol} is not spoken here.`, {
				supported: [protocolVersion],
			});
		}
		this.#isInitialized = true;
		const { store, limits } = this.#trainer;
		const opened = logEpoch === store.logEpoch ? resume.map((cursor) => this.#resumeOne(cursor)) : [];
		return {
			result: {
				serverId: store.serverId,
				server: serverName,
				protocol: `${ourMajor}.${Math.min(minor ?? 0, ourMinor ?? 0)}`,
				logEpoch: store.logEpoch,
				time: store.time(),
				capabilities: capabilities(limits),
				resumed: opened.map(({ resumed }) => resumed),
			},
			afterwards: () => {
				for (const { afterwards } of opened) afterwards?.();
			},
		};
	}

	#resumeOne(cursor: { runId: string; afterSeq: number }): {
		resumed: Result<"initialize">["resumed"][number];
		afterwards?: () => void;
	} {
		try {
			const { result, afterwards } = this.#subscriptions.subscribe(cursor);
			return { resumed: { runId: result.runId, lastSeq: result.lastSeq, final: result.final }, afterwards };
		} catch (cause) {
			const { code, details } = asTrainerError(cause);
			const lastSeq = typeof details.lastSeq === "number" ? details.lastSeq : 0;
			return { resumed: { runId: cursor.runId, lastSeq, final: false, error: code } };
		}
	}

	async #refuse(id: number | null, error: TrainerError): Promise<void> {
		await this.#send({ jsonrpc: "2.0", id, error: encodeError(error) });
		if (error.code !== "rate_limited") return;
		const nowMs = this.#trainer.now();
		this.#refusals = [...this.#refusals.filter((ms) => nowMs - ms < refusalWindowMs), nowMs];
		if (this.#refusals.length >= refusalsToClose) this.#close(closeCodes.flooding, "flooding");
	}

	async #send(message: Record<string, unknown>): Promise<void> {
		await this.#write(JSON.stringify(message));
	}

	/** Resolves when the bytes have left this process; a send that waits too long ends the connection. */
	#write(bytes: string | Uint8Array): Promise<void> {
		return new Promise((resolve) => {
			if (this.#socket.readyState !== this.#socket.OPEN) return resolve();
			const timer = setTimeout(() => this.#socket.terminate(), this.#trainer.deadlines.sendMs);
			this.#socket.send(bytes, () => {
				clearTimeout(timer);
				resolve();
			});
		});
	}

	#close(code: number, reason: string): void {
		this.#socket.close(code, reason.slice(0, 100));
	}
}

function asTrainerError(cause: unknown): TrainerError {
	if (cause instanceof TrainerError) return cause;
	return new TrainerError("internal", "The practice trainer failed inside.", {});
}

/** The id of a message that is JSON but no request, if it has one. */
function idOf(text: string): number | null {
	const value: unknown = JSON.parse(text);
	const id = typeof value === "object" && value !== null ? (value as { id?: unknown }).id : undefined;
	return Number.isSafeInteger(id) ? (id as number) : null;
}
