/** One open socket to a trainer: requests and answers on it, what it says unasked, and its silence. */
import type WebSocket from "ws";
import { silenceMs } from "../core/trainer/limits.ts";
import { readServerMessage, type ServerMessage } from "../core/trainer/messages.ts";
import { TrainerRequests } from "./trainer-requests.ts";

/** What the trainer sends without being asked. */
export type Unasked = Extract<ServerMessage, { method: string }>;

export interface WireEvents {
	said(message: Unasked): void;
	/** A binary message: part of a download. */
	frame(bytes: Buffer): void;
	/** The other side, or the network, ended it. Not called after `drop`. */
	closed(code: number, why: string): void;
}

export class TrainerWire {
	readonly socket: WebSocket;
	readonly requests: TrainerRequests;
	readonly #events: WireEvents;
	#silence: NodeJS.Timeout | undefined;
	#isDropped = false;

	constructor(socket: WebSocket, events: WireEvents) {
		this.socket = socket;
		this.requests = new TrainerRequests(socket);
		this.#events = events;
		this.#heard();
		socket.on("ping", () => this.#heard());
		socket.on("message", (bytes: Buffer, isBinary: boolean) => {
			this.#heard();
			if (!this.#isDropped) this.#receive(bytes, isBinary);
		});
		// A broken socket is followed by `close`.
		socket.on("error", () => {});
		socket.on("close", (code, reason) => {
			if (this.#isDropped) return;
			const why = `The link to the trainer was closed (${code}${reason.length > 0 ? `: ${reason.toString().slice(0, 100)}` : ""}).`;
			this.drop(why);
			events.closed(code, why);
		});
	}

	/** Nobody listens any more; what was asked has no answer. Closing the socket is the caller's. */
	drop(why: string): void {
		this.#isDropped = true;
		clearTimeout(this.#silence);
		this.requests.abandon(why);
	}

	#heard(): void {
		clearTimeout(this.#silence);
		if (!this.#isDropped) this.#silence = setTimeout(() => this.socket.terminate(), silenceMs);
	}

	#receive(bytes: Buffer, isBinary: boolean): void {
		if (isBinary) this.#events.frame(bytes);
		else this.#read(bytes.toString("utf8"));
	}

	#read(text: string): void {
		try {
			const message = readServerMessage(text);
			if (!message) return;
			if ("method" in message) this.#events.said(message);
			else this.requests.settle(message);
		} catch {
			// A server that does not send JSON is none; the link is opened anew rather than guessed at.
			this.socket.terminate();
		}
	}
}
