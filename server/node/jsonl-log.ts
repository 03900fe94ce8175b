/** The one file format of everything a run must not lose: append-only JSONL with group commit. */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

interface Waiter {
	readonly line: string;
	readonly resolve: () => void;
	readonly reject: (cause: unknown) => void;
}

/**
 * Rows are acknowledged (`append` resolves) only after they are synced to disk; rows that arrive during a
 * sync share the next one. After a failed write the log refuses further rows: what it acknowledged stays
 * true, and nothing is acknowledged that may be missing.
 */
export class JsonlLog {
	readonly path: string;
	readonly #file: FileHandle;
	#waiting: Waiter[] = [];
	#commit: Promise<void> | undefined;
	#failure: Error | undefined;

	private constructor(path: string, file: FileHandle) {
		this.path = path;
		this.#file = file;
	}

	/**
	 * Opens or creates the log, cuts a torn tail at the last newline, and hands each complete line to `onLine`
	 * (1-based, with the byte it starts at), so that files larger than memory can be replayed.
	 */
	static async open(
		path: string,
		onLine: (line: string, number: number, start: number) => void = () => {},
	): Promise<JsonlLog> {
		await mkdir(dirname(path), { recursive: true });
		const file = await open(path, "a+");
		try {
			const length = await replay(file, onLine);
			await file.truncate(length);
			return new JsonlLog(path, file);
		} catch (cause) {
			await file.close();
			throw new Error(`Cannot read ${path}: ${String(cause)}`, { cause });
		}
	}

	/** Resolves once the row is on disk. Rejects with the disk's error, naming the file. */
	append(row: unknown): Promise<void> {
		return new Promise((resolve, reject) => {
			if (this.#failure) return reject(this.#failure);
			this.#waiting.push({ line: `${JSON.stringify(row)}\n`, resolve, reject });
			this.#commit ??= this.#drain();
		});
	}

	/** Waits for rows under way, then closes the file. */
	async close(): Promise<void> {
		await this.#commit;
		this.#failure ??= new Error(`${this.path} is closed.`);
		await this.#file.close();
	}

	async #drain(): Promise<void> {
		await Promise.resolve();
		while (this.#waiting.length > 0) {
			const group = this.#waiting;
			this.#waiting = [];
			try {
				await this.#file.appendFile(group.map((waiter) => waiter.line).join(""));
				await this.#file.datasync();
				for (const waiter of group) waiter.resolve();
			} catch (cause) {
				this.#failure = new Error(`Cannot write ${this.path}: ${String(cause)}`, { cause });
				for (const waiter of [...group, ...this.#waiting.splice(0)]) waiter.reject(this.#failure);
			}
		}
		this.#commit = undefined;
	}
}

const chunkBytes = 1 << 20;
const newline = 10;

/** Reads all complete lines; returns the byte length up to and with the last newline. */
async function replay(
	file: FileHandle,
	onLine: (line: string, number: number, start: number) => void,
): Promise<number> {
	const chunk = Buffer.allocUnsafe(chunkBytes);
	let carried: Buffer[] = [];
	let length = 0;
	let carriedBytes = 0;
	let number = 0;
	for (let position = 0; ; ) {
		const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
		if (bytesRead === 0) return length;
		position += bytesRead;
		let start = 0;
		for (let end = chunk.indexOf(newline); end !== -1 && end < bytesRead; end = chunk.indexOf(newline, start)) {
			const line = Buffer.concat([...carried, chunk.subarray(start, end)]).toString("utf8");
			const lineStart = length;
			length += carriedBytes + (end - start) + 1;
			carried = [];
			carriedBytes = 0;
			start = end + 1;
			number += 1;
			if (line.length > 0) onLine(line, number, lineStart);
		}
		carried.push(Buffer.from(chunk.subarray(start, bytesRead)));
		carriedBytes += bytesRead - start;
	}
}
