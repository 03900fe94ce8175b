/** Requests over one open trainer link: numbered, with a deadline, answered in any order. */
import type WebSocket from "ws";
import { decodeError, TrainerError } from "../core/trainer/errors.ts";
import { deadlineMs } from "../core/trainer/limits.ts";
import type { ServerMessage } from "../core/trainer/messages.ts";
import { type MethodName, methods, type Params, type Result } from "../core/trainer/methods.ts";

/** The link broke, or the deadline passed: whether the request was served is unknown, so it is repeated (protocol §9). */
export class OutcomeUnknown extends Error {
	override readonly name = "OutcomeUnknown";
}

interface Pending {
	readonly method: MethodName;
	readonly resolve: (result: never) => void;
	readonly reject: (cause: Error) => void;
	readonly timer: NodeJS.Timeout;
}

export class TrainerRequests {
	readonly #socket: WebSocket;
	readonly #pending = new Map<number, Pending>();
	#lastId = 0;

	constructor(socket: WebSocket) {
		this.#socket = socket;
	}

	send<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
		return new Promise((resolve, reject) => {
			this.#lastId += 1;
			const id = this.#lastId;
			const isLong = method === "datasets.commit" || method === "server.preflight";
			const ms = isLong ? deadlineMs.long : deadlineMs.usual;
			const timer = setTimeout(() => {
				this.#pending.delete(id);
				reject(new OutcomeUnknown(`The trainer did not answer ${method} within ${ms / 1000} s.`));
			}, ms);
			this.#pending.set(id, { method, resolve, reject, timer });
			this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
		});
	}

	/** Takes a response; true if it was one of ours. */
	settle(message: Exclude<ServerMessage, { method: string }>): boolean {
		const pending = message.id === null ? undefined : this.#pending.get(message.id);
		if (!pending || message.id === null) return false;
		this.#pending.delete(message.id);
		clearTimeout(pending.timer);
		if ("error" in message) {
			pending.reject(decodeError(message.error));
			return true;
		}
		const parsed = methods[pending.method].result.safeParse(message.result);
		if (parsed.success) pending.resolve(parsed.data as never);
		else pending.reject(new TrainerError("internal", `The trainer's answer to ${pending.method} cannot be read.`));
		return true;
	}

	/** The link is gone: nothing that was asked is known to have happened. */
	abandon(why: string): void {
		for (const { reject, timer } of this.#pending.values()) {
			clearTimeout(timer);
			reject(new OutcomeUnknown(why));
		}
		this.#pending.clear();
	}
}
