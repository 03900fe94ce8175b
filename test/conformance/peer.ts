/** A bare client for tests: says exactly what it is told to, and keeps all it hears. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import WebSocket from "ws";
import { subprotocol } from "../../server/core/trainer/limits.ts";

export interface Answer {
	readonly result?: Record<string, unknown>;
	readonly error?: { readonly code: number; readonly message: string; readonly data: Record<string, unknown> };
}

export interface Notified {
	readonly method: string;
	readonly params: Record<string, unknown>;
}

/** The status of a refused upgrade. */
export class Refused extends Error {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	constructor(response: IncomingMessage) {
		super(`refused with ${response.statusCode}`);
		this.status = response.statusCode ?? 0;
		this.headers = response.headers;
	}
}

export interface KnockOptions {
	readonly url: string;
	readonly token?: string | undefined;
	readonly protocols?: readonly string[];
	readonly origin?: string;
}

export class Peer {
	readonly socket: WebSocket;
	/** Everything without an id, in arrival order. */
	readonly heard: Notified[] = [];
	readonly frames: Buffer[] = [];
	/** Ids of responses and methods of notifications, as they came in. */
	readonly order: string[] = [];
	readonly closed: Promise<{ code: number; reason: string }>;
	#lastId = 0;
	readonly #waiting = new Map<number | null, (answer: Answer) => void>();
	#wake: () => void = () => {};

	private constructor(socket: WebSocket) {
		this.socket = socket;
		this.closed = once(socket, "close").then(([code, reason]) => ({ code, reason: String(reason) }));
		socket.on("error", () => {});
		socket.on("message", (bytes: Buffer, isBinary: boolean) => {
			if (isBinary) this.frames.push(bytes);
			else this.#hear(JSON.parse(bytes.toString("utf8")));
			this.#wake();
		});
		socket.on("close", () => this.#wake());
	}

	/** Throws Refused where the server does not open the door. */
	static knock({ url, token, protocols = [subprotocol], origin }: KnockOptions): Promise<Peer> {
		const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
		const more = origin === undefined ? {} : { origin };
		const socket = new WebSocket(url, [...protocols], { headers, perMessageDeflate: false, ...more });
		return new Promise((resolve, reject) => {
			socket.once("open", () => resolve(new Peer(socket)));
			socket.once("unexpected-response", (request, response) => {
				reject(new Refused(response));
				request.destroy();
			});
			socket.once("error", reject);
		});
	}

	/** Knocks and introduces itself. */
	static async greet(
		at: { readonly url: string; readonly token: string },
		params: { logEpoch?: string | null; resume?: { runId: string; afterSeq: number }[] } = {},
	): Promise<Peer & { readonly hello: Record<string, unknown> }> {
		const peer = await Peer.knock(at);
		const { result, error } = await peer.call("initialize", {
			client: { name: "conformance", version: "1" },
			protocol: "1.0",
			logEpoch: null,
			resume: [],
			...params,
		});
		if (!result) throw new Error(`initialize failed: ${JSON.stringify(error)}`);
		return Object.assign(peer, { hello: result });
	}

	call(method: string, params?: Record<string, unknown>): Promise<Answer> {
		this.#lastId += 1;
		const id = this.#lastId;
		return this.say(JSON.stringify({ jsonrpc: "2.0", id, method, ...(params ? { params } : {}) }), id);
	}

	/** The result, or a failure that names the error. */
	async ask(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>> {
		const { result, error } = await this.call(method, params);
		if (!result) throw new Error(`${method}: ${JSON.stringify(error)}`);
		return result;
	}

	/** The `data.code` of the refusal. */
	async refusal(method: string, params?: Record<string, unknown>): Promise<unknown> {
		return (await this.call(method, params)).error?.data.code;
	}

	/** Sends text as it stands and waits for the answer with this id. */
	say(text: string, id: number | null): Promise<Answer> {
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, resolve);
			this.socket.send(text);
			void this.closed.then(({ code }) => reject(new Error(`closed with ${code} before the answer`)));
		});
	}

	/** Resolves when `found` finds something among what was heard. Fails when the socket closes first. */
	async until<T>(found: (peer: Peer) => T | undefined): Promise<T> {
		for (;;) {
			const value = found(this);
			if (value !== undefined) return value;
			if (this.socket.readyState >= WebSocket.CLOSING) throw new Error("closed before it happened");
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
	}

	events(runId: string): Record<string, unknown>[] {
		const mine = this.heard.filter(({ method, params }) => method === "event" && params.runId === runId);
		return mine.map(({ params }) => params);
	}

	/** All events of the run, once the final one is there. */
	untilFinal(runId: string): Promise<Record<string, unknown>[]> {
		return this.until(() => {
			const events = this.events(runId);
			const data = events.at(-1)?.data as { final?: boolean } | undefined;
			return data?.final === true ? events : undefined;
		});
	}

	untilState(runId: string, state: string): Promise<true> {
		const isThere = ({ data }: Record<string, unknown>) => (data as { state?: string }).state === state;
		return this.until(() => (this.events(runId).some(isThere) ? true : undefined));
	}

	async close(): Promise<void> {
		this.socket.close();
		await this.closed;
	}

	#hear(message: Answer & Notified & { id?: number | null }): void {
		this.order.push("id" in message ? String(message.id) : message.method);
		if (!("id" in message)) {
			this.heard.push(message);
			return;
		}
		const id = message.id ?? null;
		this.#waiting.get(id)?.(message);
		this.#waiting.delete(id);
	}
}

/** Transfer id, offset, payload. */
export function frameOf(transferId: string, offset: number, payload: Uint8Array): Buffer {
	const frame = Buffer.alloc(24 + payload.length);
	frame.write(transferId, 0, "hex");
	frame.writeBigUInt64BE(BigInt(offset), 16);
	frame.set(payload, 24);
	return frame;
}
