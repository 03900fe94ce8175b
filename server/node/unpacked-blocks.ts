/** A file's bytes from start to end in blocks, unpacked where it is packed with gzip or Zstandard. */
import { pipeline } from "node:stream";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { UserError } from "../core/problem.ts";
import type { OpenFile } from "./line-index-file.ts";
import type { Compression } from "./line-index-scan.ts";

const blockBytes = 1 << 18;

/** Called with the offset in the packed file that was read to. */
type OnRead = (offset: number) => void;

/** Throws a UserError (`damaged-archive`) where it can't be unpacked to its end; blocks before that are good. */
export async function* unpackedBlocks(
	file: OpenFile,
	compression: Compression | null,
	onRead: OnRead = () => {},
): AsyncGenerator<Buffer> {
	if (compression === null) return yield* blocksFrom(file, 0, onRead);
	try {
		if (compression === "gzip") yield* unpackedBy(zlib.createGunzip({ chunkSize: blockBytes }), file, 0, onRead);
		else if (typeof zlib.createZstdDecompress === "function") yield* zstdFrames(file, onRead);
		else yield* zstdWithoutNode(file, onRead);
	} catch (cause) {
		throw damaged(file.path, compression, cause);
	}
}

/**
 * Node's Zstandard stream ends after a frame that ends within a block and drops the rest of the block without a word
 * (seen in 24.21), while `zstd -T0` and `cat` make files of many frames: so the next frame gets a stream of its own.
 */
async function* zstdFrames(file: OpenFile, onRead: OnRead): AsyncGenerator<Buffer> {
	for (let offset = 0; offset < file.version.size; ) {
		const unpack = zlib.createZstdDecompress({ chunkSize: blockBytes });
		yield* unpackedBy(unpack, file, offset, onRead);
		if (unpack.bytesWritten === 0) throw new Error("nothing more can be unpacked");
		offset += unpack.bytesWritten;
	}
}

async function* unpackedBy(
	unpack: zlib.Gunzip | zlib.ZstdDecompress,
	file: OpenFile,
	offset: number,
	onRead: OnRead,
): AsyncGenerator<Buffer> {
	pipeline(blocksFrom(file, offset, onRead), unpack, () => undefined);
	yield* unpack as AsyncIterable<Buffer>;
}

/** Node before 22.15 has no Zstandard; `fzstd` is pure JavaScript, a third as fast. */
export async function* zstdWithoutNode(file: OpenFile, onRead: OnRead = () => {}): AsyncGenerator<Buffer> {
	const ready: Buffer[] = [];
	const unpack = new Decompress((block) => void (block.length > 0 && ready.push(Buffer.from(block))));
	for await (const block of blocksFrom(file, 0, onRead)) {
		unpack.push(block);
		yield* ready.splice(0);
	}
	unpack.push(new Uint8Array(0), true);
	yield* ready.splice(0);
}

async function* blocksFrom({ handle }: OpenFile, start: number, onRead: OnRead): AsyncGenerator<Buffer> {
	for (let offset = start; ; ) {
		const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(blockBytes), 0, blockBytes, offset);
		if (bytesRead === 0) return;
		yield buffer.subarray(0, bytesRead);
		offset += bytesRead;
		onRead(offset);
	}
}

function damaged(path: string, compression: Compression, cause: unknown): UserError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new UserError("damaged-archive", `${path} is damaged or cut off (${compression}: ${reason}).`, { cause });
}
