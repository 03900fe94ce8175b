/** A file held open, and the proof that it is still the file it was. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { UserError } from "../core/problem.ts";

/** What changes when a file is written to or replaced. Plain strings and numbers, so that a thread can be handed it. */
export interface FileVersion {
	readonly size: number;
	/** Nanoseconds; a number would lose the last three digits. */
	readonly modified: string;
	readonly inode: string;
}

export interface OpenFile {
	readonly path: string;
	readonly handle: FileHandle;
	readonly version: FileVersion;
}

/** Opens a regular file for reading. Throws a UserError for anything else, the cause with it. */
export async function openFile(path: string): Promise<OpenFile> {
	const handle = await open(path, "r").catch((cause: unknown) => {
		throw new UserError("file-unreadable", `${path} can't be opened for reading.`, { cause });
	});
	try {
		const stats = await handle.stat({ bigint: true });
		if (!stats.isFile()) throw new UserError("file-unreadable", `${path} is not a file. Name a file of samples.`);
		return { path, handle, version: versionOf(stats) };
	} catch (cause) {
		await handle.close();
		throw cause;
	}
}

/** Throws a UserError where the path no longer leads to the version that was opened. */
export async function assertUnchanged(path: string, version: FileVersion): Promise<void> {
	const stats = await stat(path, { bigint: true }).catch((cause: unknown) => {
		throw new UserError("file-changed", `${path} was removed while it was read. Open it again.`, { cause });
	});
	if (isSameVersion(versionOf(stats), version)) return;
	throw changed(path, `from ${version.size} to ${stats.size} bytes, or by a newer write`);
}

/** The file ended before the version's size, or went on after it. */
export function changed(path: string, how: string): UserError {
	return new UserError("file-changed", `${path} changed while it was read (${how}). Open it again.`);
}

interface BigStats {
	readonly size: bigint;
	readonly mtimeNs: bigint;
	readonly ino: bigint;
}

export function versionOf(stats: BigStats): FileVersion {
	return { size: Number(stats.size), modified: String(stats.mtimeNs), inode: String(stats.ino) };
}

export function isSameVersion(one: FileVersion, other: FileVersion): boolean {
	return one.size === other.size && one.modified === other.modified && one.inode === other.inode;
}
