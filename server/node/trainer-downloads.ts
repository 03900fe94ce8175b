/** Downloads over one link: hands each binary frame to the read it belongs to. */
import type { Artifact } from "../core/trainer/objects.ts";
import { downloadArtifact, readFrame } from "./trainer-download.ts";
import type { TrainerLink } from "./trainer-link.ts";
import { asUserError } from "./trainer-refusal.ts";

export class TrainerDownloads {
	readonly #link: TrainerLink;
	readonly #reads = new Map<string, (offset: number, payload: Buffer) => void>();

	constructor(link: TrainerLink) {
		this.#link = link;
	}

	/** Frames with a transfer id nobody waits for are ignored. */
	frame(bytes: Buffer): void {
		const frame = readFrame(bytes);
		if (frame) this.#reads.get(frame.transferId)?.(frame.offset, frame.payload);
	}

	/** Fetches an artifact into `folder`, checks it, and says where it lies. */
	async download(artifact: Artifact, folder: string, onBytes?: (done: number) => void): Promise<string> {
		const link = {
			read: async (params: { sha256: string; offset: number; length: number; transferId: string }) => {
				await this.#link.whenReady({ isPatient: true });
				return this.#link.request("artifacts.read", params);
			},
			frames: (transferId: string, onFrame: (offset: number, payload: Buffer) => void) => {
				this.#reads.set(transferId, onFrame);
				return () => this.#reads.delete(transferId);
			},
		};
		try {
			return await downloadArtifact(link, artifact, folder, onBytes);
		} catch (cause) {
			throw asUserError(cause);
		}
	}
}
