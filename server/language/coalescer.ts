/** Calls at most once in so many milliseconds, however often it is touched; the last touch is never lost. */
export class Coalescer {
	readonly #ms: number;
	readonly #call: () => void;
	#timer: NodeJS.Timeout | undefined;

	constructor(ms: number, call: () => void) {
		this.#ms = ms;
		this.#call = call;
	}

	touch(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.#call();
		}, this.#ms);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}
}
