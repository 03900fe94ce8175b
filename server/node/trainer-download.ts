/** Fetches an artifact in ranges, checks its SHA-256, and only then gives it its name (protocol §6). */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../core/problem.ts";
import { frameHeaderBytes } from "../core/trainer/limits.ts";
import { Artifact } from "../core/trainer/objects.ts";
import { OutcomeUnknown } from "./trainer-requests.ts";

const rangeBytes = 4_194_304;
const tries = 100;

/** What is needed of a link: the request, and the frames that come before its answer. */
export interface DownloadLink {
	read(params: { sha256: string; offset: number; length: number; transferId: string }): Promise<unknown>;
	frames(transferId: string, onFrame: (offset: number, payload: Buffer) => void): () => void;
}

/** The path of the finished file. The name comes from the trainer, so it is checked before it becomes a path. */
export async function downloadArtifact(
	link: DownloadLink,
	artifact: Artifact,
	folder: string,
	onBytes: (done: number) => void = () => {},
): Promise<string> {
	const { name, sha256, bytes } = Artifact.parse(artifact);
	const path = join(folder, name);
	await mkdir(dirname(path), { recursive: true });
	const partial = `${path}.${randomBytes(4).toString("hex")}.part`;
	const file = await open(partial, "wx");
	const hash = createHash("sha256");
	try {
		for (let offset = 0; offset < bytes; ) {
			const range = await fetchRange(link, sha256, offset, Math.min(rangeBytes, bytes - offset));
			hash.update(range);
			await file.write(range);
			offset += range.length;
			onBytes(offset);
		}
		await file.sync();
	} catch (cause) {
		await file.close();
		await rm(partial, { force: true });
		throw cause;
	}
	await file.close();
	if (hash.digest("hex") !== sha256) {
		await rm(partial, { force: true });
		throw new UserError(
			"artifact-damaged",
			`${name} arrived with another SHA-256 than the trainer promised. Download it again.`,
		);
	}
	await rename(partial, path);
	return path;
}

/** One range, asked for again when the link breaks under it. */
async function fetchRange(link: DownloadLink, sha256: string, offset: number, length: number): Promise<Buffer> {
	for (let time = 0; time < tries; time += 1) {
		const range = Buffer.alloc(length);
		let filled = 0;
		const transferId = randomBytes(16).toString("hex");
		const stop = link.frames(transferId, (at, payload) => {
			// Frames ascend without gaps; anything else leaves the range short and is asked for again.
			if (at !== offset + filled || filled + payload.length > length) return;
			payload.copy(range, filled);
			filled += payload.length;
		});
		try {
			await link.read({ sha256, offset, length, transferId });
			if (filled === length) return range;
		} catch (cause) {
			if (!(cause instanceof OutcomeUnknown)) throw cause;
		} finally {
			stop();
		}
	}
	throw new UserError(
		"artifact-incomplete",
		`The artifact could not be read after ${tries} tries. Is the link stable?`,
	);
}

/** Where a binary message belongs: transfer id, offset, payload. Undefined for a message too short to say. */
export function readFrame(bytes: Buffer): { transferId: string; offset: number; payload: Buffer } | undefined {
	if (bytes.length <= frameHeaderBytes) return undefined;
	const offset = Number(bytes.readBigUInt64BE(16));
	return { transferId: bytes.toString("hex", 0, 16), offset, payload: bytes.subarray(frameHeaderBytes) };
}
