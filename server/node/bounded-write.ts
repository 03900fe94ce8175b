/** Writes blocks of unknown number to a new file, and stops before the disk is full. */
import { open, statfs } from "node:fs/promises";
import { UserError } from "../core/problem.ts";

/** Left free on the disk, so that nothing else fails for want of it. */
const spareBytes = 512 * 2 ** 20;
/** Written between two looks at the room that is left. */
const lookBytes = 64 * 2 ** 20;

/** A small file may unpack to any size, so the room is looked at as it grows. */
export async function writeBlocks(
	blocks: AsyncIterable<Uint8Array>,
	path: string,
	signal?: AbortSignal | undefined,
): Promise<void> {
	const file = await open(path, "wx", 0o600);
	try {
		let sinceLook = lookBytes;
		for await (const block of blocks) {
			signal?.throwIfAborted();
			if (sinceLook >= lookBytes) {
				await assertRoom(path);
				sinceLook = 0;
			}
			await file.writeFile(block);
			sinceLook += block.length;
		}
	} finally {
		await file.close();
	}
}

async function assertRoom(path: string): Promise<void> {
	const { bavail, bsize } = await statfs(path);
	if (bavail * bsize >= spareBytes + lookBytes) return;
	throw new UserError(
		"disk-full",
		`The disk of ${path} has too little room to unpack into. Make room, set TMPDIR to another disk, or unpack it yourself.`,
	);
}
