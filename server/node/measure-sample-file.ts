/** Writes the measured rows, byte for byte as they stand, so that what is trained is what was measured. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { UserError } from "../core/problem.ts";

const bufferedCharacters = 1 << 20;

/** The file appears when it is complete; a file that exists is never replaced. */
export class MeasuredRowsFile {
	readonly #path: string;
	readonly #part: string;
	readonly #file: number;
	#buffer: string[] = [];
	#buffered = 0;

	constructor(path: string) {
		this.#path = path;
		this.#part = `${path}.part`;
		try {
			closeSync(openSync(path, "wx"));
			this.#file = openSync(this.#part, "w");
		} catch (cause) {
			const said = cause instanceof Error ? cause.message : String(cause);
			throw new UserError("unwritable", `The measured rows can't be written: ${said}. Name a new file.`, { cause });
		}
	}

	add(line: string): void {
		this.#buffer.push(line, "\n");
		this.#buffered += line.length + 1;
		if (this.#buffered >= bufferedCharacters) this.#flush();
	}

	keep(): void {
		this.#flush();
		closeSync(this.#file);
		renameSync(this.#part, this.#path);
	}

	/** Leaves nothing behind. */
	discard(): void {
		closeSync(this.#file);
		rmSync(this.#part, { force: true });
		rmSync(this.#path, { force: true });
	}

	#flush(): void {
		writeSync(this.#file, this.#buffer.join(""));
		this.#buffer = [];
		this.#buffered = 0;
	}
}
