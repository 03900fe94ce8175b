/**
 * The lines of a file of any size, by number, without the file in memory: 8 bytes a line. Lines count from 0; text after
 * the last newline is a line, nothing after it is none; a byte order mark belongs to no line.
 */
import { UserError } from "../core/problem.ts";
import { assertUnchanged, changed, type FileVersion, type OpenFile, openFile } from "./line-index-file.ts";
import {
	compressionOf,
	decodeLine,
	isUtf16,
	longestLine,
	markLength,
	OffsetList,
	pushLineStarts,
} from "./line-index-scan.ts";

/** Large enough for the disk, small enough that the event loop is free again after a few milliseconds. */
const blockBytes = 1 << 22;
/** Bytes of text decoded at once by `readLines`. */
const batchBytes = 1 << 20;
/** 1 GB of offsets. */
const mostLines = 1 << 27;

export interface LineIndexOptions {
	/** Called after each block with the share of the file that is done. */
	readonly onProgress?: ((share: number) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** Lines `from` (included) to `to` (not), and the bytes they take. */
export interface LineRange {
	readonly from: number;
	readonly to: number;
	readonly startByte: number;
	readonly endByte: number;
}

export class LineIndex {
	readonly #file: OpenFile;
	/** Start of every line, then the end of the last one. */
	readonly #starts: OffsetList;

	private constructor(file: OpenFile, starts: OffsetList) {
		this.#file = file;
		this.#starts = starts;
	}

	/** Reads the file once. Throws a UserError where it can't be read, is UTF-16, or changes meanwhile. */
	static async open(path: string, options: LineIndexOptions = {}): Promise<LineIndex> {
		const file = await openFile(path);
		try {
			const starts = await scan(file, options);
			await assertUnchanged(path, file.version);
			return new LineIndex(file, starts);
		} catch (cause) {
			await file.handle.close();
			throw cause;
		}
	}

	get path(): string {
		return this.#file.path;
	}

	/** What the file was when it was indexed. */
	get version(): FileVersion {
		return this.#file.version;
	}

	get lineCount(): number {
		return this.#starts.length - 1;
	}

	/** Bytes of memory the index takes. */
	get byteLength(): number {
		return this.#starts.byteLength;
	}

	/** The bytes of lines `from` to `to`, cut to the lines there are. */
	range(from: number, to: number): LineRange {
		const first = Math.min(Math.max(0, from), this.lineCount);
		const end = Math.min(Math.max(first, to), this.lineCount);
		return { from: first, to: end, startByte: this.#startOf(first), endByte: this.#startOf(end) };
	}

	/** All lines in ranges of about `bytes` each, at least one line a range. */
	*ranges(bytes: number): Generator<LineRange> {
		for (let from = 0; from < this.lineCount; ) {
			const to = this.#lineAfter(this.#startOf(from) + bytes, from + 1);
			yield this.range(from, to);
			from = to;
		}
	}

	/** One line without its break. Throws a UserError where there is no such line or the file has changed. */
	async readLine(line: number): Promise<string> {
		const bytes = await this.readBytes(line);
		return decodeLine(bytes, 0, bytes.length);
	}

	/** One line's bytes with its break, as they stand in the file. Throws as `readLine` does. */
	async readBytes(line: number): Promise<Buffer> {
		const { startByte, endByte } = this.#existing(line);
		const bytes = await this.#read(startByte, endByte);
		await assertUnchanged(this.path, this.version);
		return bytes;
	}

	/** At most `length` bytes of a line from byte `from` of it on, counted from its end where negative. */
	async readPart(line: number, from: number, length: number): Promise<Buffer> {
		const { startByte, endByte } = this.#existing(line);
		const start = from < 0 ? Math.max(startByte, endByte + from) : Math.min(endByte, startByte + from);
		return this.#read(start, Math.min(endByte, start + length));
	}

	/** Lines `from` to `to` in batches of about a megabyte, however many they are. */
	async *readLines(from = 0, to = this.lineCount): AsyncGenerator<readonly string[]> {
		const asked = this.range(from, to);
		for (let first = asked.from; first < asked.to; ) {
			const next = Math.min(asked.to, this.#lineAfter(this.#startOf(first) + batchBytes, first + 1));
			yield await this.#readBatch(first, next);
			first = next;
		}
	}

	async close(): Promise<void> {
		await this.#file.handle.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	#existing(line: number): LineRange {
		if (!Number.isInteger(line) || line < 0 || line >= this.lineCount) {
			throw new UserError("no-such-line", `${this.path} has ${this.lineCount} lines; there is no line ${line + 1}.`);
		}
		const range = this.range(line, line + 1);
		this.#assertReadable(line, range.endByte - range.startByte);
		return range;
	}

	async #readBatch(from: number, to: number): Promise<readonly string[]> {
		const { startByte, endByte } = this.range(from, to);
		if (to === from + 1) this.#assertReadable(from, endByte - startByte);
		const bytes = await this.#read(startByte, endByte);
		await assertUnchanged(this.path, this.version);
		return Array.from({ length: to - from }, (_, at) =>
			decodeLine(bytes, this.#startOf(from + at) - startByte, this.#startOf(from + at + 1) - startByte),
		);
	}

	async #read(startByte: number, endByte: number): Promise<Buffer> {
		const bytes = Buffer.allocUnsafe(endByte - startByte);
		for (let filled = 0; filled < bytes.length; ) {
			const { bytesRead } = await this.#file.handle.read(bytes, filled, bytes.length - filled, startByte + filled);
			if (bytesRead === 0) throw changed(this.path, `it ends before byte ${endByte}`);
			filled += bytesRead;
		}
		return bytes;
	}

	#startOf(line: number): number {
		return this.#starts.at(line) ?? this.version.size;
	}

	/** The first line from `least` on that starts at or after this byte; the end where none does. */
	#lineAfter(byte: number, least: number): number {
		let low = Math.min(least, this.lineCount);
		let high = this.lineCount;
		while (low < high) {
			const middle = low + ((high - low) >>> 1);
			if (this.#startOf(middle) < byte) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	#assertReadable(line: number, bytes: number): void {
		if (bytes <= longestLine) return;
		throw new UserError(
			"line-too-long",
			`Line ${line + 1} of ${this.path} has ${bytes} bytes, more than can be shown.`,
		);
	}
}

/** Reads the next block while it looks through the one before, in two buffers that take turns. */
async function scan({ path, handle, version }: OpenFile, options: LineIndexOptions): Promise<OffsetList> {
	const starts = new OffsetList();
	const buffers = [Buffer.allocUnsafe(blockBytes), Buffer.allocUnsafe(blockBytes)] as const;
	const readAt = (offset: number, turn: number) => handle.read(buffers[turn % 2 === 0 ? 0 : 1], 0, blockBytes, offset);
	let offset = 0;
	let pending = readAt(0, 0);
	for (let turn = 1; ; turn += 1) {
		const { bytesRead, buffer } = await pending;
		if (bytesRead === 0) break;
		const block = buffer.subarray(0, bytesRead);
		pending = readAt(offset + bytesRead, turn);
		try {
			options.signal?.throwIfAborted();
			if (offset === 0) pushFirstStart(path, block, starts);
			pushLineStarts(block, offset, starts);
			if (starts.length > mostLines) throw tooManyLines(path);
		} catch (cause) {
			// The buffer is being written to; the handle may be closed only after that.
			await pending.catch(() => undefined);
			throw cause;
		}
		offset += bytesRead;
		options.onProgress?.(Math.min(1, offset / version.size));
	}
	if (offset !== version.size) throw changed(path, `${offset} bytes were read, ${version.size} expected`);
	if (starts.length === 0 || starts.at(starts.length - 1) !== offset) starts.push(offset);
	return starts;
}

/** The first line starts after the byte order mark; a file of nothing else has no line. */
function pushFirstStart(path: string, block: Buffer, starts: OffsetList): void {
	if (isUtf16(block)) {
		throw new UserError("not-utf-8", `${path} is in UTF-16. Save it as UTF-8, which JSON Lines asks for.`);
	}
	if (compressionOf(block)) {
		throw new UserError("compressed", `${path} is compressed and can only be read from start to end. Unpack it first.`);
	}
	starts.push(markLength(block));
}

function tooManyLines(path: string): UserError {
	return new UserError("too-many-lines", `${path} has more than ${mostLines} lines. Split it.`);
}
