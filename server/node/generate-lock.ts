/** Keeps two processes from writing one run: a lock file with pid and heartbeat. */
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, unlink, utimes, writeFile } from "node:fs/promises";
import * as z from "zod/mini";
import { UserError } from "../core/problem.ts";

const Holder = z.object({ pid: z.int(), token: z.string() });

const beatMs = 2_000;
/** A holder whose process is alive but has not beaten for this long has lost its lock. */
const staleMs = 60_000;

export interface RunLock {
	/** Aborted when another process took the lock, as after this one was suspended for long. */
	readonly lost: AbortSignal;
	release(): Promise<void>;
}

/** Takes the lock, or says who holds it. A lock whose process is gone is taken over. */
export async function lockRun(path: string): Promise<RunLock> {
	const token = randomUUID();
	const text = JSON.stringify({ pid: process.pid, token });
	for (let tries = 0; tries < 3; tries++) {
		if (await created(path, text)) return held(path, text);
		const holder = await readHolder(path);
		if (holder && (await isAlive(path, holder.pid)))
			throw new UserError(
				"run-locked",
				`Process ${holder.pid} is already writing this run. Wait for it or stop it first.`,
			);
		await removeStale(path, holder?.text);
	}
	throw new UserError("run-locked", "Another process is starting this run. Try again.");
}

async function created(path: string, text: string): Promise<boolean> {
	try {
		await writeFile(path, text, { flag: "wx" });
		return true;
	} catch (cause) {
		if (isCode(cause, "EEXIST")) return false;
		throw cause;
	}
}

async function readHolder(path: string): Promise<{ pid: number; text: string } | undefined> {
	const text = await readFile(path, "utf8").catch(() => undefined);
	if (text === undefined) return undefined;
	try {
		return { pid: Holder.parse(JSON.parse(text)).pid, text };
	} catch {
		return { pid: 0, text };
	}
}

async function isAlive(path: string, pid: number): Promise<boolean> {
	const beat = await stat(path).then(
		({ mtimeMs }) => mtimeMs,
		() => 0,
	);
	if (Date.now() - beat > staleMs || pid <= 0) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (cause) {
		return isCode(cause, "EPERM");
	}
}

/** Moves the stale lock aside; one that was renewed meanwhile is put back. */
async function removeStale(path: string, seen: string | undefined): Promise<void> {
	const aside = `${path}.${randomUUID()}`;
	const isMoved = await rename(path, aside).then(
		() => true,
		() => false,
	);
	if (!isMoved) return;
	if ((await readFile(aside, "utf8")) !== seen) await link(aside, path).catch(() => {});
	await unlink(aside);
}

function held(path: string, text: string): RunLock {
	const lost = new AbortController();
	const beat = async () => {
		if ((await readFile(path, "utf8").catch(() => "")) !== text) return lost.abort();
		const now = new Date();
		await utimes(path, now, now);
	};
	const timer = setInterval(() => void beat().catch(() => lost.abort()), beatMs);
	timer.unref();
	return {
		lost: lost.signal,
		release: async () => {
			clearInterval(timer);
			if ((await readFile(path, "utf8").catch(() => "")) === text) await rm(path, { force: true });
		},
	};
}

const isCode = (cause: unknown, code: string) => cause instanceof Error && "code" in cause && cause.code === code;
