/** Who waits for a place on a lane: what was sent before goes ahead of what was not. */

/** A longer one would end at once; whoever wakes too early sleeps again. */
const longestTimerMs = 2 ** 31 - 1;

export class MeasureTurns {
	readonly #first: (() => void)[] = [];
	readonly #again: (() => void)[] = [];
	#wake: NodeJS.Timeout | undefined;

	get waiting(): number {
		return this.#first.length + this.#again.length;
	}

	/** Whether a request that was sent before waits. */
	get hasAgain(): boolean {
		return this.#again.length > 0;
	}

	/** Resolves when it is worth looking again. */
	wait(isAgain: boolean, signal: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			const queue = isAgain ? this.#again : this.#first;
			const stop = () => {
				const at = queue.indexOf(wake);
				if (at !== -1) queue.splice(at, 1);
				this.#rest();
				reject(signal.reason);
			};
			const wake = () => {
				signal.removeEventListener("abort", stop);
				resolve();
			};
			signal.addEventListener("abort", stop, { once: true });
			queue.push(wake);
		});
	}

	/** Wakes as many as there are places. */
	next(places: number): void {
		for (let woken = 0; woken < places; woken += 1) {
			const wake = this.#again.shift() ?? this.#first.shift();
			if (!wake) break;
			wake();
		}
		this.#rest();
	}

	/** Calls `look` after this long, instead of whenever it was to be called before. */
	later(ms: number, look: () => void): void {
		clearTimeout(this.#wake);
		this.#wake = setTimeout(look, Math.min(longestTimerMs, Math.max(1, Math.ceil(ms))));
	}

	/** A timer nobody waits for would keep the process alive. */
	#rest(): void {
		if (this.waiting === 0) clearTimeout(this.#wake);
	}
}

/** Rejects where `signal` is aborted before. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
	if (ms <= 0) return Promise.resolve();
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(signal.reason);
		};
		const timer = setTimeout(() => {
			signal.removeEventListener("abort", stop);
			resolve();
		}, ms);
		signal.addEventListener("abort", stop, { once: true });
	});
}
