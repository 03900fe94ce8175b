/** Where the lines of a block of bytes begin. */

export const newline = 10;
const carriageReturn = 13;
/** Bytes looked at one by one before `indexOf` is called: a call costs as much as some thirty of them. */
const nearBytes = 16;

/** Offsets in pieces of 65,536, so that growing copies nothing: 8 bytes a line, whatever the number of lines. */
export class OffsetList {
	readonly #pieces: Float64Array<ArrayBuffer>[] = [];
	#last = new Float64Array(0);
	#length = 0;

	get length(): number {
		return this.#length;
	}

	/** Bytes held. */
	get byteLength(): number {
		return this.#pieces.length * 65536 * 8;
	}

	push(offset: number): void {
		const at = this.#length & 0xffff;
		if (at === 0) {
			this.#last = new Float64Array(65536);
			this.#pieces.push(this.#last);
		}
		this.#last[at] = offset;
		this.#length += 1;
	}

	/** Undefined outside the list. */
	at(position: number): number | undefined {
		if (position < 0 || position >= this.#length) return undefined;
		return this.#pieces[position >>> 16]?.[position & 0xffff];
	}
}

/** Longest line in bytes: a JavaScript string holds no more units. */
export const longestLine = 2 ** 29 - 24;

/** Appends the offset after every newline in `block`, which begins at `offset` in the file. */
export function pushLineStarts(block: Buffer, offset: number, starts: OffsetList): void {
	for (let at = nextNewline(block, 0); at !== -1; at = nextNewline(block, at + 1)) starts.push(offset + at + 1);
}

/** Position of the first newline from `from` on, or -1. */
export function nextNewline(block: Buffer, from: number): number {
	const near = Math.min(block.length, from + nearBytes);
	for (let at = from; at < near; at += 1) if (block[at] === newline) return at;
	return near === block.length ? -1 : block.indexOf(newline, near);
}

/** Bytes of the UTF-8 byte order mark at the start of a file: 3 or 0. */
export function markLength(start: Buffer): number {
	return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
}

/** Whether the file starts with the mark of UTF-16, little or big end first. */
export function isUtf16(start: Buffer): boolean {
	return (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
}

export type Compression = "gzip" | "zstd";

/** How the file is compressed by its first four bytes (RFC 1952, RFC 8878), null where it is not. */
export function compressionOf(start: Buffer): Compression | null {
	if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
	return start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528 ? "zstd" : null;
}

/** The line without its break, LF or CRLF. Bytes that are not UTF-8 become U+FFFD. */
export function decodeLine(bytes: Buffer, start: number, end: number): string {
	let last = end;
	if (last > start && bytes[last - 1] === newline) last -= 1;
	if (last > start && bytes[last - 1] === carriageReturn) last -= 1;
	return bytes.toString("utf8", start, last);
}
