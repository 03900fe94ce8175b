/** A packed file's lines as a plain file in the system's temporary folder, where an index can find them by number. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../core/problem.ts";
import { writeBlocks } from "./bounded-write.ts";
import { openFile } from "./line-index-file.ts";
import { isUtf16 } from "./line-index-scan.ts";
import { copyParquet } from "./parquet-thread.ts";
import type { SourceKind, SourceOptions } from "./sample-source-kind.ts";
import { unpackedBlocks } from "./unpacked-blocks.ts";

export interface UnpackedCopy {
	readonly path: string;
	remove(): Promise<void>;
}

/** Throws a UserError where it can't be unpacked or the disk has too little room; nothing is left behind then. */
export async function unpackCopy(
	path: string,
	kind: Exclude<SourceKind, "lines">,
	options: SourceOptions,
): Promise<UnpackedCopy> {
	await removeOrphans();
	const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
	const remove = () => rm(folder, { recursive: true, force: true });
	const copy = join(folder, "samples.jsonl");
	try {
		if (kind === "parquet") await copyParquet(path, copy, options);
		else await writeBlocks(unpackedOf(path, kind, options), copy, options.signal);
		return { path: copy, remove };
	} catch (cause) {
		await remove();
		throw cause;
	}
}

const prefix = "polyglot-lens-copy-";

/** Copies of processes that were killed before they could remove them. */
async function removeOrphans(): Promise<void> {
	const names = await readdir(tmpdir()).catch(() => []);
	for (const name of names) {
		const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
		if (Number.isNaN(pid) || isAlive(pid)) continue;
		// Another user's is not ours to remove.
		await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (cause) {
		return (cause as NodeJS.ErrnoException).code === "EPERM";
	}
}

async function* unpackedOf(
	path: string,
	kind: "gzip" | "zstd",
	{ onProgress }: SourceOptions,
): AsyncGenerator<Uint8Array> {
	const file = await openFile(path);
	try {
		let isFirst = true;
		const onRead = (offset: number) => onProgress?.(Math.min(1, offset / file.version.size));
		for await (const block of unpackedBlocks(file, kind, onRead)) {
			if (isFirst && isUtf16(block)) throw new UserError("not-utf-8", `${path} is in UTF-16. Save it as UTF-8.`);
			isFirst = false;
			yield block;
		}
	} finally {
		await file.handle.close();
	}
}
