/** Sends a file to a trainer by offset, with a window, from wherever the trainer says it stopped (protocol §6). */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type WebSocket from "ws";
import { frameHeaderBytes, uploadWindow } from "../core/trainer/limits.ts";
import type { UploadProgress } from "../core/trainer/messages.ts";
import { OutcomeUnknown } from "./trainer-requests.ts";

export interface FileIdentity {
	readonly path: string;
	readonly sha256: string;
	readonly bytes: number;
}

export async function identify(path: string): Promise<FileIdentity> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
	const { size } = await stat(path);
	return { path, sha256: hash.digest("hex"), bytes: size };
}

/** One upload over one link: told of the trainer's progress from outside. */
export class Sending {
	readonly uploadId: string;
	readonly #socket: WebSocket;
	readonly #file: FileIdentity;
	readonly #frameBytes: number;
	#sent: number;
	#stored: number;
	#wake: () => void = () => {};
	#failure: Error | undefined;

	constructor(
		socket: WebSocket,
		file: FileIdentity,
		upload: { readonly uploadId: string; readonly offset: number; readonly frameBytes: number },
	) {
		this.#socket = socket;
		this.#file = file;
		this.uploadId = upload.uploadId;
		this.#frameBytes = upload.frameBytes;
		this.#sent = upload.offset;
		this.#stored = upload.offset;
	}

	/** Resolves when the trainer has all bytes. `onStored` is told how many it has. */
	async run(onStored: (bytes: number) => void): Promise<void> {
		const file = await open(this.#file.path);
		try {
			while (this.#stored < this.#file.bytes) {
				if (this.#failure) throw this.#failure;
				const isFull = this.#sent - this.#stored >= uploadWindow * this.#frameBytes;
				if (this.#sent < this.#file.bytes && !isFull) await this.#sendFrame(file);
				else await new Promise<void>((resolve) => this.#wait(resolve));
				onStored(this.#stored);
			}
		} finally {
			await file.close();
		}
	}

	progress({ offset, error }: UploadProgress): void {
		this.#stored = offset;
		if (error === "offset_mismatch") this.#sent = offset;
		else if (error !== undefined) this.#failure = new OutcomeUnknown(`The trainer refused a frame: ${error}.`);
		this.#wake();
	}

	abandon(why: string): void {
		this.#failure = new OutcomeUnknown(why);
		this.#wake();
	}

	#wait(resolve: () => void): void {
		this.#wake = resolve;
		if (this.#failure || this.#stored >= this.#file.bytes) resolve();
	}

	async #sendFrame(file: FileHandle): Promise<void> {
		const length = Math.min(this.#frameBytes, this.#file.bytes - this.#sent);
		const frame = Buffer.alloc(frameHeaderBytes + length);
		frame.write(this.uploadId, 0, "hex");
		frame.writeBigUInt64BE(BigInt(this.#sent), 16);
		const { bytesRead } = await file.read(frame, frameHeaderBytes, length, this.#sent);
		if (bytesRead < length) throw new Error(`${this.#file.path} changed while it was sent.`);
		this.#sent += length;
		await new Promise<void>((resolve) => this.#socket.send(frame, () => resolve()));
	}
}
