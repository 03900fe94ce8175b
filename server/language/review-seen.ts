/** Which samples were looked at: on disk where the workspace may be written, else for this session only. */
import { SeenFile } from "../node/seen-file.ts";
import type { ServerContext } from "./feature.ts";

export class SeenBook {
	readonly #server: ServerContext;
	readonly #session = new Set<number>();
	#file: SeenFile | undefined;
	#opening: Promise<void> | undefined;

	constructor(server: ServerContext) {
		this.#server = server;
		server.onShutdown(() => this.#file?.close());
	}

	/** Resolves when what was seen before is known. A file that can't be read counts as none, and is said in the log. */
	load(): Promise<void> {
		this.#opening ??= this.#open();
		return this.#opening;
	}

	has(key: number): boolean {
		return this.#session.has(key) || this.#file?.has(key) === true;
	}

	async add(key: number): Promise<void> {
		await this.load();
		this.#session.add(key);
		if (!this.#server.isTrusted()) return;
		await this.#file?.add(key, new Date(this.#server.runtime.now()).toISOString());
	}

	async #open(): Promise<void> {
		const folder = this.#server.folder();
		if (folder === undefined) return;
		try {
			this.#file = await SeenFile.open(folder);
		} catch (cause) {
			this.#server.runtime.log(`What was seen before can't be read: ${String(cause)}`);
		}
	}
}
