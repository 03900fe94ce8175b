/** One practice trainer a folder: two windows on one workspace would train every run twice into one journal. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../core/problem.ts";
import { lockRun, type RunLock } from "../node/generate-lock.ts";

/** A window that is reloaded starts its engine while the one before is still closing. */
const patienceMs = 5000;
const everyMs = 250;

/** Throws a UserError while another process holds the folder; a lock whose process is gone is taken over at once. */
export async function lockFolder(folder: string): Promise<RunLock> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	for (let waitedMs = 0; ; waitedMs += everyMs) {
		try {
			return await lockRun(join(folder, "lock"));
		} catch (cause) {
			if (!(cause instanceof UserError)) throw cause;
			if (waitedMs >= patienceMs) throw taken(cause);
		}
		await new Promise((resolve) => setTimeout(resolve, everyMs));
	}
}

function taken(cause: UserError): UserError {
	const message =
		"The practice trainer of this folder is in use by another window or command. Close it, or train there; runs go on where they were.";
	return new UserError("practice-locked", message, { cause });
}
