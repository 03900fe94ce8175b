/** One practice trainer a folder: two windows on one workspace would train every run twice into one journal. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../core/problem.ts";
import { lockRun, type RunLock } from "../node/generate-lock.ts";

/** Throws a UserError while another process holds the folder; a lock whose process is gone is taken over. */
export async function lockFolder(folder: string): Promise<RunLock> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	try {
		return await lockRun(join(folder, "lock"));
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		throw new UserError(
			"practice-locked",
			"The practice trainer of this folder is in use by another window or command. Close it, or train there; runs go on where they were.",
			{ cause },
		);
	}
}
