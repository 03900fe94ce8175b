/** Uploads over as many links as they take. */
import { UserError } from "../core/problem.ts";
import { TrainerError } from "../core/trainer/errors.ts";
import { defaultLimits } from "../core/trainer/limits.ts";
import type { UploadProgress } from "../core/trainer/messages.ts";
import type { Dataset } from "../core/trainer/objects.ts";
import type { TrainerLink } from "./trainer-link.ts";
import { asUserError } from "./trainer-refusal.ts";
import { OutcomeUnknown } from "./trainer-requests.ts";
import { type FileIdentity, identify, Sending } from "./trainer-upload.ts";

const uploadTries = 100;

export class TrainerUploads {
	readonly #link: TrainerLink;
	readonly #sendings = new Set<Sending>();

	constructor(link: TrainerLink) {
		this.#link = link;
	}

	progress(progress: UploadProgress): void {
		for (const sending of this.#sendings) if (sending.uploadId === progress.uploadId) sending.progress(progress);
	}

	/** The link is gone: what was on its way is begun again over the next. */
	abandon(why: string): void {
		for (const sending of this.#sendings) sending.abandon(why);
	}

	/** Uploads a file unless the trainer has it; goes on where it stopped, over as many links as it takes. */
	async upload(
		path: string,
		kind: Dataset["kind"],
		onStored: (stored: number, bytes: number) => void,
	): Promise<Dataset> {
		const file = await identify(path).catch((cause: unknown) => {
			throw new UserError("dataset-unreadable", `The dataset ${path} cannot be read: ${String(cause)}`, { cause });
		});
		if (file.bytes === 0) throw new UserError("dataset-empty", `${path} is empty; there is nothing to train on.`);
		let lastCause: unknown;
		for (let tries = 0; tries < uploadTries; tries += 1) {
			try {
				return await this.#link.wanting(() => this.#uploadOnce(file, kind, onStored));
			} catch (cause) {
				lastCause = cause;
				const isCut = cause instanceof OutcomeUnknown;
				const isShort = cause instanceof TrainerError && cause.code === "length_mismatch" && cause.retryable;
				if (!isCut && !isShort) throw asUserError(cause);
			}
		}
		throw asUserError(lastCause);
	}

	async #uploadOnce(
		file: FileIdentity,
		kind: Dataset["kind"],
		onStored: (stored: number, bytes: number) => void,
	): Promise<Dataset> {
		const { sha256, bytes } = file;
		const begun = await this.#link.persist("datasets.begin", { sha256, bytes, kind });
		if (begun.exists) return begun.dataset;
		const { socket } = this.#link;
		if (!socket) throw new OutcomeUnknown("The link broke after the upload was opened.");
		const { uploadId, offset } = begun;
		const frameBytes = this.#limit("frameBytes");
		const sending = new Sending(socket, file, { uploadId, offset, frameBytes });
		this.#sendings.add(sending);
		try {
			await sending.run((stored) => onStored(stored, bytes));
		} finally {
			this.#sendings.delete(sending);
		}
		return (await this.#link.persist("datasets.commit", { uploadId })).dataset;
	}

	#limit(name: "frameBytes"): number {
		return Math.min(this.#link.server?.capabilities.limits[name] ?? defaultLimits[name], defaultLimits[name]);
	}
}
