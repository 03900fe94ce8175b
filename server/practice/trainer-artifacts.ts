/** Sends a range of an artifact as binary frames (protocol §6). */
import { open } from "node:fs/promises";
import { TrainerError } from "../core/trainer/errors.ts";
import { frameHeaderBytes } from "../core/trainer/limits.ts";
import type { Params, Result } from "../core/trainer/methods.ts";
import { artifactPath } from "./trainer-jobs.ts";
import type { TrainerStore } from "./trainer-store.ts";

/** `write` resolves when the frame has left this process. */
export async function readArtifact(
	store: TrainerStore,
	frameBytes: number,
	{ sha256, offset, length, transferId }: Params<"artifacts.read">,
	write: (frame: Uint8Array) => Promise<void>,
): Promise<Result<"artifacts.read">> {
	const file = await open(artifactPath(store, sha256)).catch(() => {
		throw new TrainerError("artifact_missing", `There is no artifact ${sha256}.`);
	});
	try {
		const { size } = await file.stat();
		if (offset >= size) throw new TrainerError("range_invalid", `The artifact has ${size} bytes.`);
		const end = Math.min(offset + length, size);
		const header = Buffer.from(transferId, "hex");
		for (let at = offset; at < end; at += frameBytes) {
			const frame = Buffer.alloc(frameHeaderBytes + Math.min(frameBytes, end - at));
			header.copy(frame);
			frame.writeBigUInt64BE(BigInt(at), 16);
			await file.read(frame, frameHeaderBytes, frame.length - frameHeaderBytes, at);
			await write(frame);
		}
		return { sha256, bytes: size, offset, length: end - offset, eof: end === size };
	} finally {
		await file.close();
	}
}
