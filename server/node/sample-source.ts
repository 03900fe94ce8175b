/**
 * The samples of a file of any size and packing, by line number and in memory of a few blocks: JSON Lines as it stands;
 * gzip, Zstandard and Parquet through an unpacked copy in the system's temporary folder, deleted when closed.
 */
import { LineIndex } from "./line-index.ts";
import { assertUnchanged, type FileVersion } from "./line-index-file.ts";
import { isOneArray, oneArray } from "./sample-source-array.ts";
import { packingOf, type SourceKind, type SourceOptions } from "./sample-source-kind.ts";
import { type UnpackedCopy, unpackCopy } from "./sample-source-unpack.ts";

export class SampleSource {
	/** As it was opened; `index.path` is where its lines are read. */
	readonly path: string;
	readonly kind: SourceKind;
	/** For worker threads, and for the number of bytes a line takes. Use `readLines` where one thread does. */
	readonly index: LineIndex;
	readonly #version: FileVersion;
	readonly #copy: UnpackedCopy | undefined;

	constructor(path: string, kind: SourceKind, index: LineIndex, version: FileVersion, copy: UnpackedCopy | undefined) {
		this.path = path;
		this.kind = kind;
		this.index = index;
		this.#version = version;
		this.#copy = copy;
	}

	get lineCount(): number {
		return this.index.lineCount;
	}

	/** Whether a line's bytes stand in the file as they are read; only then can one be replaced there. */
	get isExact(): boolean {
		return this.kind === "lines";
	}

	/** Which way serves the file, for a status note. */
	get note(): string {
		const lines = `${this.lineCount} lines`;
		switch (this.kind) {
			case "lines":
				return `${lines}, read from disk through the line index`;
			case "parquet":
				return `${lines}, read-only: rows of a Parquet file as JSON, in a temporary copy`;
			default:
				return `${lines}, read-only: unpacked (${this.kind}) into a temporary copy`;
		}
	}

	/** One line without its break, counted from 0. Throws a UserError where there is none, or the file has changed. */
	async readLine(line: number): Promise<string> {
		const text = await this.index.readLine(line);
		await this.assertUnchanged();
		return text;
	}

	/** Lines `from` (included) to `to` (not) in batches of about a megabyte; all where not said. */
	async *readLines(from = 0, to = this.lineCount, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
		for await (const lines of this.index.readLines(from, to)) {
			signal?.throwIfAborted();
			yield lines;
		}
		await this.assertUnchanged();
	}

	/** The line's bytes as they stand in the file, its break included; null where the file is no plain text. */
	async readBytes(line: number): Promise<Buffer | null> {
		return this.isExact ? this.index.readBytes(line) : null;
	}

	/** Throws a UserError where the file is no longer the one that was opened. */
	async assertUnchanged(): Promise<void> {
		if (this.#copy) await assertUnchanged(this.path, this.#version);
	}

	async close(): Promise<void> {
		await this.index.close();
		await this.#copy?.remove();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}
}

/**
 * Opens a file of samples. `onProgress` is given the share that is done, of unpacking first where it is packed. Throws a
 * UserError where it can't be read or unpacked, changes meanwhile, is UTF-16 or one JSON array (code `json-array`), or
 * where the temporary folder has too little room; the signal's reason where it was aborted.
 */
export async function openSampleSource(path: string, options: SourceOptions = {}): Promise<SampleSource> {
	const { kind, version } = await packingOf(path);
	if (kind === "lines") {
		const index = await LineIndex.open(path, options);
		if (!(await isOneArray(index))) return new SampleSource(path, kind, index, index.version, undefined);
		await index.close();
		throw oneArray(path);
	}
	const copy = await unpackCopy(path, kind, options);
	try {
		await assertUnchanged(path, version);
		const index = await LineIndex.open(copy.path, { signal: options.signal });
		if (!(await isOneArray(index))) return new SampleSource(path, kind, index, version, copy);
		await index.close();
		throw oneArray(path);
	} catch (cause) {
		await copy.remove();
		throw cause;
	}
}
