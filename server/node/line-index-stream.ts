/** The lines of a file from start to end, plain or compressed (gzip, Zstandard), in memory of a few blocks. */
import { UserError } from "../core/problem.ts";
import { assertUnchanged, type OpenFile, openFile } from "./line-index-file.ts";
import { compressionOf, decodeLine, isUtf16, longestLine, markLength, nextNewline } from "./line-index-scan.ts";
import { unpackedBlocks } from "./unpacked-blocks.ts";

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
		for await (const lines of splitLines(unpackedBlocks(file, compression), path)) {
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
