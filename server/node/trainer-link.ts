/** Drives the trainer session over real sockets and timers: connects, reconnects, delivers events in order. */
import type WebSocket from "ws";
import { UserError } from "../core/problem.ts";
import { TrainerError } from "../core/trainer/errors.ts";
import type { RunEvent } from "../core/trainer/events.ts";
import { protocolVersion } from "../core/trainer/limits.ts";
import type { UploadProgress } from "../core/trainer/messages.ts";
import type { InitializeResult, MethodName, Params, Result } from "../core/trainer/methods.ts";
import { type Effect, type Input, type Link, newSession, type Session, step } from "../core/trainer/session.ts";
import { OutcomeUnknown } from "./trainer-requests.ts";
import { LinkFailure, openSocket, type TrainerAddress } from "./trainer-socket.ts";
import type { LogOrigin, Student } from "./trainer-students.ts";
import { TrainerWire, type Unasked } from "./trainer-wire.ts";

export interface LinkOptions {
	readonly address: TrainerAddress;
	readonly client: { readonly name: string; readonly version: string };
	readonly origin: LogOrigin | undefined;
	readonly random: () => number;
	readonly now: () => number;
}

/** What the link tells its owner. */
export interface LinkEvents {
	/** The run's next event. */
	apply(runId: string, event: RunEvent): void;
	/** The run's log starts again from 1. */
	restart(runId: string): void;
	gone(runId: string): void;
	progress(progress: UploadProgress): void;
	/** A binary message: part of a download. */
	frame(bytes: Buffer): void;
	/** A notice of the server: runs changed, a run was deleted. */
	notice(kind: string, runIds: readonly string[]): void;
	linkChanged(link: Link): void;
	ready(result: InitializeResult): void;
}

export class TrainerLink {
	readonly #options: LinkOptions;
	readonly #events: LinkEvents;
	#session: Session;
	#wire: TrainerWire | undefined;
	#timer: NodeJS.Timeout | undefined;
	#waiting: { resolve: () => void; reject: (cause: Error) => void; isPatient: boolean }[] = [];
	#failure: Error | undefined;
	server: InitializeResult | undefined;

	constructor(options: LinkOptions, events: LinkEvents) {
		this.#options = options;
		this.#events = events;
		this.#session = newSession({
			serverId: options.origin?.serverId ?? null,
			logEpoch: options.origin?.logEpoch ?? null,
		});
	}

	get link(): Link {
		return this.#session.link;
	}

	get origin(): LogOrigin {
		return { serverId: this.#session.serverId ?? "", logEpoch: this.#session.logEpoch ?? "" };
	}

	get socket(): WebSocket | undefined {
		return this.link.state === "ready" ? this.#wire?.socket : undefined;
	}

	/** Resolves when the link is ready; rejects when the first try failed, while later tries go on by themselves. */
	connect(): Promise<void> {
		const ready = this.whenReady({ isPatient: false });
		this.#take({ type: "connect" });
		return ready;
	}

	/** A patient caller waits through reconnecting and is only told when nothing more will be tried. */
	whenReady({ isPatient }: { readonly isPatient: boolean }): Promise<void> {
		if (this.link.state === "ready") return Promise.resolve();
		if (isPatient && this.link.state === "stopped") return Promise.reject(this.#failure ?? notConnected());
		return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject, isPatient }));
	}

	follow({ view: { runId, cursor, isFinal }, origin }: Pick<Student, "view" | "origin">): void {
		this.#take({ type: "follow", runId, cursor, isFinal, isStale: origin.logEpoch !== this.#session.logEpoch });
	}

	forget(runId: string): void {
		this.#take({ type: "forget", runId });
	}

	/** One request over the link as it is now. Rejects with OutcomeUnknown when the link breaks under it. */
	async request<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
		if (this.link.state !== "ready" || !this.#wire) throw new OutcomeUnknown("There is no link to the trainer.");
		return this.#wire.requests.send(method, params);
	}

	/** While `work` lasts, a broken link is tried again without end. */
	async wanting<T>(work: () => Promise<T>): Promise<T> {
		this.#take({ type: "want", by: 1 });
		try {
			return await work();
		} finally {
			this.#take({ type: "want", by: -1 });
		}
	}

	/** Repeats the request over as many links as it takes. Only for requests that are safe to repeat (protocol §9). */
	persist<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
		return this.wanting(() => this.#persist(method, params));
	}

	async #persist<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
		for (;;) {
			await this.whenReady({ isPatient: true });
			try {
				return await this.request(method, params);
			} catch (cause) {
				if (cause instanceof TrainerError && cause.code === "rate_limited") {
					await pause(Math.min(30, Math.max(0.05, Number(cause.details.retryAfterS) || 1)) * 1000);
				} else if (!(cause instanceof OutcomeUnknown)) throw cause;
			}
		}
	}

	close(): void {
		this.#take({ type: "disconnect" });
		this.#rejectWaiting(notConnected());
	}

	#take(input: Input): void {
		const { now, random } = this.#options;
		const before = this.#session.link;
		const { session, effects } = step(this.#session, input, { nowMs: now(), random });
		this.#session = session;
		for (const effect of effects) this.#do(effect, input);
		if (session.link !== before) this.#linkChanged(session.link);
	}

	#linkChanged(link: Link): void {
		if (link.state === "ready") {
			for (const { resolve } of this.#waiting.splice(0)) resolve();
		} else if (link.state === "stopped") {
			this.#rejectWaiting(this.#failure ?? new UserError("trainer-away", link.why));
		} else if (link.state === "waiting") {
			const impatient = this.#waiting.filter(({ isPatient }) => !isPatient);
			this.#waiting = this.#waiting.filter(({ isPatient }) => isPatient);
			for (const { reject } of impatient) reject(this.#failure ?? new UserError("trainer-away", link.why));
		}
		this.#events.linkChanged(link);
	}

	#rejectWaiting(cause: Error): void {
		for (const { reject } of this.#waiting.splice(0)) reject(cause);
	}

	#do(effect: Effect, input: Input): void {
		switch (effect.type) {
			case "open":
				clearTimeout(this.#timer);
				void this.#open();
				return;
			case "initialize":
				void this.#initialize(effect.logEpoch, effect.resume);
				return;
			case "subscribe":
				void this.#subscribe(effect.runId, effect.afterSeq);
				return;
			case "apply":
				if (input.type === "event") this.#events.apply(effect.runId, (input as DeliveredEvent).event);
				return;
			case "restart":
				this.#events.restart(effect.runId);
				return;
			case "gone":
				this.#events.gone(effect.runId);
				return;
			case "wait":
				this.#timer = setTimeout(() => this.#take({ type: "timer" }), effect.ms);
				return;
			case "close":
				clearTimeout(this.#timer);
				this.#drop("closed by the user", (socket) => socket.close(1000));
		}
	}

	async #open(): Promise<void> {
		let socket: WebSocket;
		try {
			socket = await openSocket(this.#options.address);
		} catch (cause) {
			return this.#openFailed(cause);
		}
		if (this.link.state !== "connecting") return socket.close(1000);
		this.#failure = undefined;
		this.#wire = new TrainerWire(socket, {
			said: (message) => this.#dispatch(message),
			frame: (bytes) => this.#events.frame(bytes),
			closed: (code, why) => {
				this.#wire = undefined;
				this.#take({ type: "closed", code, why });
			},
		});
		this.#take({ type: "opened" });
	}

	#openFailed(cause: unknown): void {
		const failure = cause instanceof Error ? cause : new Error(String(cause));
		this.#failure = failure;
		if (failure instanceof LinkFailure && !failure.isFinal) {
			this.#take({ type: "closed", code: 1006, why: failure.message, retryAfterS: failure.retryAfterS });
		} else this.#take({ type: "refused", why: failure.message });
	}

	#drop(why: string, end: (socket: WebSocket) => void): void {
		const wire = this.#wire;
		if (!wire) return;
		this.#wire = undefined;
		wire.drop(why);
		end(wire.socket);
	}

	#dispatch(message: Unasked): void {
		if (message.method === "event") {
			this.#deliver(message.params);
		} else if (message.method === "datasets.progress") {
			this.#events.progress(message.params);
		} else {
			const { kind, runIds, runId } = message.params;
			this.#events.notice(kind, runIds ?? (runId ? [runId] : []));
		}
	}

	#deliver({ runId, ...event }: RunEvent & { runId: string }): void {
		const isFinal = event.type === "run.state" && event.data.final === true;
		const input: DeliveredEvent = { type: "event", runId, seq: event.seq, isFinal, event };
		this.#take(input);
	}

	async #initialize(logEpoch: string | null, resume: readonly { runId: string; afterSeq: number }[]): Promise<void> {
		const wire = this.#wire;
		if (!wire) return;
		const { client } = this.#options;
		try {
			const params = { client, protocol: protocolVersion, logEpoch, resume: [...resume] };
			const result = await wire.requests.send("initialize", params);
			if (wire !== this.#wire) return;
			this.server = result;
			this.#take({ type: "initialized", result });
			this.#events.ready(result);
		} catch (cause) {
			if (wire !== this.#wire) return;
			if (cause instanceof TrainerError && cause.code === "protocol_unsupported") {
				const message = `The trainer does not speak protocol ${protocolVersion}. Update the trainer or the extension.`;
				this.#failure = new UserError("trainer-version", message, { cause });
				return this.#take({ type: "refused", why: message });
			}
			wire.socket.terminate();
		}
	}

	async #subscribe(runId: string, afterSeq: number): Promise<void> {
		const wire = this.#wire;
		try {
			const { lastSeq, final } = await this.request("runs.subscribe", { runId, afterSeq });
			this.#take({ type: "subscribed", runId, lastSeq, final });
		} catch (cause) {
			if (wire !== this.#wire) return;
			if (cause instanceof TrainerError && !cause.retryable) {
				return this.#take({ type: "subscribeFailed", runId, code: cause.code });
			}
			// A fresh link asks again for every run that is not final.
			wire?.socket.terminate();
		}
	}
}

type DeliveredEvent = Extract<Input, { type: "event" }> & { readonly event: RunEvent };

const notConnected = () => new UserError("trainer-away", "There is no link to the trainer. Connect it and try again.");
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
