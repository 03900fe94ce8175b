/** The runs one client of the practice trainer follows: replay from any cursor, then live (protocol §8). */
import { TrainerError } from "../core/trainer/errors.ts";
import type { Params, Result } from "../core/trainer/methods.ts";
import type { StoredRun } from "./trainer-journal.ts";
import { checkCursor } from "./trainer-methods.ts";
import type { TrainerStore } from "./trainer-store.ts";

const pageOfEvents = 200;

interface Subscription {
	isOver: boolean;
	wake: () => void;
}

/** An answer, and what may happen only once it was sent. */
export interface Subscribed {
	readonly result: Result<"runs.subscribe">;
	readonly afterwards: () => void;
}

export class Subscriptions {
	readonly #store: TrainerStore;
	readonly #most: number;
	/** Resolves when the message has left this process, so that a slow client costs no memory. */
	readonly #send: (method: string, params: Record<string, unknown>) => Promise<void>;
	readonly #onFailure: () => void;
	readonly #open = new Map<string, Subscription>();

	constructor(
		store: TrainerStore,
		most: number,
		send: (method: string, params: Record<string, unknown>) => Promise<void>,
		onFailure: () => void,
	) {
		this.#store = store;
		this.#most = most;
		this.#send = send;
		this.#onFailure = onFailure;
	}

	subscribe({ runId, afterSeq }: Params<"runs.subscribe">): Subscribed {
		const stored = this.#store.get(runId);
		checkCursor(stored, afterSeq);
		this.unsubscribe(runId);
		if (this.#open.size >= this.#most) {
			throw new TrainerError("too_many_subscriptions", `${this.#most} runs are followed already.`);
		}
		const subscription = { isOver: false, wake: () => {} };
		this.#open.set(runId, subscription);
		const { lastSeq, final } = stored.run;
		// The response precedes the first event, so the flow starts after it.
		const afterwards = () => void this.#flow(stored, afterSeq, subscription).catch(this.#onFailure);
		return { result: { runId, afterSeq, lastSeq, final }, afterwards };
	}

	unsubscribe(runId: string): void {
		const subscription = this.#open.get(runId);
		if (!subscription) return;
		this.#open.delete(runId);
		subscription.isOver = true;
		subscription.wake();
	}

	close(): void {
		for (const runId of [...this.#open.keys()]) this.unsubscribe(runId);
	}

	/** Reads pages after the cursor and awaits each send. */
	async #flow(stored: StoredRun, afterSeq: number, subscription: Subscription): Promise<void> {
		const { runId } = stored.run;
		const onEvent = () => subscription.wake();
		stored.watchers.add(onEvent);
		try {
			for (let cursor = afterSeq; !subscription.isOver && !stored.isDeleted; ) {
				const page = stored.events.slice(cursor, cursor + pageOfEvents);
				for (const event of page) {
					if (subscription.isOver) return;
					await this.#send("event", { runId, ...event });
				}
				cursor += page.length;
				if (stored.run.final && cursor >= stored.run.lastSeq) break;
				if (page.length > 0 || stored.events.length > cursor) continue;
				await new Promise<void>((resolve) => {
					subscription.wake = resolve;
				});
			}
			if (stored.isDeleted) await this.#send("notice", { kind: "runDeleted", runId });
		} finally {
			stored.watchers.delete(onEvent);
			if (this.#open.get(runId) === subscription) this.#open.delete(runId);
		}
	}
}
