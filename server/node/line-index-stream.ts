/** The lines of a file from start to end, plain or compressed (gzip, Zstandard), in memory of a few blocks. */
import { pipeline } from "node:stream";
import * as zlib from "node:zlib";
import { UserError } from "../core/problem.ts";
import { assertUnchanged, type OpenFile, openFile } from "./line-index-file.ts";
import {
	type Compression,
	compressionOf,
	decodeLine,
	isUtf16,
	longestLine,
	markLength,
	nextNewline,
} from "./line-index-scan.ts";

const blockBytes = 1 << 18;

/**
 * Yields arrays of decoded lines without their breaks, by the same rules as `LineIndex`. Throws a UserError where the
 * file can't be read or unpacked, or changes meanwhile; lines yielded before that are good.
 */
export async function* streamLines(path: string, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
	const file = await openFile(path);
	try {
		const start = await firstBytes(file);
		if (isUtf16(start)) throw new UserError("not-utf-8", `${path} is in UTF-16. Save it as UTF-8.`);
		const compression = compressionOf(start);
		for await (const lines of splitLines(unpacked(file, compression), path)) {
			signal?.throwIfAborted();
			yield lines;
		}
		await assertUnchanged(path, file.version);
	} finally {
		await file.handle.close();
	}
}

async function firstBytes({ handle }: OpenFile): Promise<Buffer> {
	const start = Buffer.alloc(4);
	const { bytesRead } = await handle.read(start, 0, 4, 0);
	return start.subarray(0, bytesRead);
}

async function* unpacked(file: OpenFile, compression: Compression | null): AsyncGenerator<Buffer> {
	if (compression === null) return yield* blocksFrom(file, 0);
	// Node's Zstandard stream ends after a frame that ends within a block and drops the rest of the block without a word
	// (seen in 24.21), while `zstd -T0` and `cat` make files of many frames: so the next frame gets a stream of its own.
	for (let offset = 0; offset < file.version.size; ) {
		const unpack = unpacker(file.path, compression);
		pipeline(blocksFrom(file, offset), unpack, () => undefined);
		try {
			yield* unpack as AsyncIterable<Buffer>;
			if (unpack.bytesWritten === 0) throw new Error("nothing more can be unpacked");
		} catch (cause) {
			throw damaged(file.path, compression, cause);
		}
		offset = compression === "gzip" ? file.version.size : offset + unpack.bytesWritten;
	}
}

async function* blocksFrom({ handle }: OpenFile, start: number): AsyncGenerator<Buffer> {
	for (let offset = start; ; ) {
		const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(blockBytes), 0, blockBytes, offset);
		if (bytesRead === 0) return;
		yield buffer.subarray(0, bytesRead);
		offset += bytesRead;
	}
}

function damaged(path: string, compression: Compression, cause: unknown): UserError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new UserError("damaged-archive", `${path} is damaged or cut off (${compression}: ${reason}).`, { cause });
}

function unpacker(path: string, compression: Compression): zlib.Gunzip | zlib.ZstdDecompress {
	if (compression === "gzip") return zlib.createGunzip({ chunkSize: blockBytes });
	// Node 20 has no Zstandard.
	if (typeof zlib.createZstdDecompress === "function") return zlib.createZstdDecompress({ chunkSize: blockBytes });
	throw new UserError("no-zstd", `${path} is packed with Zstandard, which takes Node 22.15 or later. Unpack it first.`);
}

async function* splitLines(blocks: AsyncIterable<Buffer>, path: string): AsyncGenerator<readonly string[]> {
	let carried: Buffer[] = [];
	let carriedBytes = 0;
	let isFirst = true;
	for await (const read of blocks) {
		const block = isFirst ? read.subarray(markLength(read)) : read;
		isFirst = false;
		const last = block.lastIndexOf(10) + 1;
		if (last > 0) {
			yield linesOf(
				carried.length > 0 ? Buffer.concat([...carried, block.subarray(0, last)]) : block.subarray(0, last),
			);
			carried = [];
			carriedBytes = 0;
		}
		if (last < block.length) carried.push(block.subarray(last));
		carriedBytes += block.length - last;
		if (carriedBytes > longestLine) throw tooLong(path);
	}
	if (carried.length > 0) yield linesOf(Buffer.concat(carried));
}

function linesOf(bytes: Buffer): string[] {
	const lines: string[] = [];
	for (let start = 0; start < bytes.length; ) {
		const at = nextNewline(bytes, start);
		const end = at === -1 ? bytes.length : at + 1;
		lines.push(decodeLine(bytes, start, end));
		start = end;
	}
	return lines;
}

function tooLong(path: string): UserError {
	return new UserError("line-too-long", `${path} has a line of more than ${longestLine} bytes. Is it JSON Lines?`);
}
