/** What the conformance suite needs of a trainer, whichever it is. */
import { createHash, randomUUID } from "node:crypto";
import { frameOf, type Peer } from "./peer.ts";

export interface Server {
	readonly url: string;
	readonly token: string;
	/**
	 * Params of `runs.launch` besides the key. `quick` ends by itself within seconds and leaves a checkpoint;
	 * `endless` runs until it is cancelled.
	 */
	launch(sha256: string, pace: "quick" | "endless"): { readonly spec: Record<string, unknown>; readonly title: string };
	/** Fields a first row needs so that the run keeps the pace. */
	order?(pace: "quick" | "endless"): Record<string, unknown>;
	/** The spec of an evaluation of a student of `quick`; `put` uploads an `eval-jsonl` set and gives its sha256. */
	evaluate(runId: string, put: (bytes: Buffer) => Promise<string>): Promise<Record<string, unknown>>;
	/** Ends the process and starts it on the same folder, as after a crash. */
	restart?(): Promise<void>;
	/** Ends with close code 4401, as after `token revoke`. */
	revoke?(token: string): Promise<void>;
	/** Another good token, to be revoked. */
	addToken?(): Promise<string>;
	close(): Promise<void>;
}

/** A dataset of `rows` rows that no other test uses; `order` goes into the first. */
export function datasetOf(rows: number, order: Record<string, unknown> = {}): Buffer {
	const mark = randomUUID();
	const lines = Array.from({ length: rows }, (_, row) =>
		JSON.stringify({
			prompt: `Question ${row}, ${mark}?`,
			response: `The answer to question ${row} is ${row * row}.`,
			...(row === 0 ? order : {}),
		}),
	);
	return Buffer.from(`${lines.join("\n")}\n`);
}

export const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export interface BegunUpload {
	readonly exists: boolean;
	readonly uploadId: string;
	readonly offset: number;
}

export async function begin(peer: Peer, bytes: Uint8Array, more: Record<string, unknown> = {}): Promise<BegunUpload> {
	const params = { sha256: hashOf(bytes), bytes: bytes.length, kind: "sft-jsonl", ...more };
	return (await peer.ask("datasets.begin", params)) as unknown as BegunUpload;
}

const frameBytes = 262_144;

/** Uploads in frames and commits; the sha256. */
export async function upload(peer: Peer, bytes: Buffer, kind = "sft-jsonl"): Promise<string> {
	const { exists, uploadId, offset } = await begin(peer, bytes, { kind });
	if (exists) return hashOf(bytes);
	for (let at = offset; at < bytes.length; at += frameBytes) {
		peer.socket.send(frameOf(uploadId, at, bytes.subarray(at, at + frameBytes)));
	}
	await peer.ask("datasets.commit", { uploadId });
	return hashOf(bytes);
}

export interface LaunchedRun {
	readonly runId: string;
	readonly key: string;
	readonly params: Record<string, unknown>;
}

export async function launch(
	peer: Peer,
	server: Server,
	pace: "quick" | "endless" = "quick",
	rows = 6,
): Promise<LaunchedRun> {
	const sha256 = await upload(peer, datasetOf(rows, server.order?.(pace)));
	const key = randomUUID();
	const params = { idempotencyKey: key, ...server.launch(sha256, pace) };
	const { run } = (await peer.ask("runs.launch", params)) as { run: { runId: string } };
	return { runId: run.runId, key, params };
}
