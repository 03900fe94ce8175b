/** Datasets on their way in: stored by offset, so that a cut upload goes on where it stopped (protocol §6). */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TrainerError } from "../core/trainer/errors.ts";
import { frameHeaderBytes, type Limits, progressEvery } from "../core/trainer/limits.ts";
import type { Params, Result } from "../core/trainer/methods.ts";
import type { Dataset } from "../core/trainer/objects.ts";
import { checkRow, type RowComplaint } from "../core/trainer/rows.ts";
import type { TrainerStore } from "./trainer-store.ts";

type Begin = Params<"datasets.begin">;

interface Upload {
	readonly uploadId: string;
	readonly want: Begin;
	stored: number;
	file: FileHandle | undefined;
	/** The connection that called `begin` last. */
	owner: object | undefined;
	frames: number;
	/** After a refusal, frames are dropped silently until one fits. */
	isRefusing: boolean;
	expiresMs: number;
	committed: Dataset | undefined;
}

const dayMs = 24 * 3600 * 1000;

export interface UploadProgress {
	readonly uploadId: string;
	readonly offset: number;
	readonly error?: string;
}

export class TrainerUploads {
	readonly #store: TrainerStore;
	readonly #limits: Limits;
	readonly #now: () => number;
	readonly #uploads = new Map<string, Upload>();

	constructor(store: TrainerStore, limits: Limits, now: () => number) {
		this.#store = store;
		this.#limits = limits;
		this.#now = now;
	}

	/** Finds the uploads an earlier process left. */
	async open(): Promise<void> {
		await mkdir(this.#folder, { recursive: true, mode: 0o700 });
		for (const name of await readdir(this.#folder)) {
			if (!name.endsWith(".json")) continue;
			const uploadId = name.slice(0, -".json".length);
			const want = JSON.parse(await readFile(join(this.#folder, name), "utf8")) as Begin;
			const stored = await stat(this.#path(uploadId)).then(
				({ size }) => size,
				() => 0,
			);
			this.#uploads.set(uploadId, this.#upload(uploadId, want, stored));
		}
	}

	async begin(want: Begin, owner: object): Promise<Result<"datasets.begin">> {
		const known = this.#store.datasets.get(`${want.sha256}:${want.kind}`);
		if (known) return { exists: true, dataset: known };
		const upload = this.#find(want) ?? (await this.#make(want, owner));
		if (upload.want.bytes !== want.bytes) {
			const details = { have: upload.want.bytes, want: want.bytes };
			throw new TrainerError("length_mismatch", "The same hash was announced with another length.", details, false);
		}
		upload.owner = owner;
		upload.isRefusing = false;
		const { uploadId, stored, expiresMs } = upload;
		return { exists: false, uploadId, offset: stored, expiresAt: new Date(expiresMs).toISOString() };
	}

	/** Stores one frame; answers with the progress to report, if any. */
	async frame(bytes: Uint8Array, owner: object): Promise<UploadProgress | undefined> {
		const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		const uploadId = view.toString("hex", 0, 16);
		const offset = view.readBigUInt64BE(16);
		const payload = view.subarray(frameHeaderBytes);
		const upload = this.#uploads.get(uploadId);
		if (!upload || upload.committed) return { uploadId, offset: 0, error: "unknown_upload" };
		const error = refusal(upload, offset, payload.length, owner);
		if (error) {
			if (upload.isRefusing && error === "offset_mismatch") return undefined;
			upload.isRefusing = true;
			return { uploadId, offset: upload.stored, error };
		}
		await this.#append(upload, payload);
		const isDue = upload.frames % progressEvery === 0 || upload.stored === upload.want.bytes;
		return isDue ? { uploadId, offset: upload.stored } : undefined;
	}

	async commit(uploadId: string): Promise<Dataset> {
		const upload = this.#uploads.get(uploadId);
		if (!upload || upload.expiresMs < this.#now()) {
			throw new TrainerError("upload_unknown", `There is no upload ${uploadId}.`);
		}
		if (upload.committed) return upload.committed;
		const { want, stored } = upload;
		if (stored !== want.bytes) {
			const message = `${stored} of ${want.bytes} bytes arrived.`;
			throw new TrainerError("length_mismatch", message, { have: stored, want: want.bytes }, true);
		}
		await upload.file?.sync();
		await upload.file?.close();
		upload.file = undefined;
		const rows = await this.#check(upload);
		await rename(this.#path(uploadId), this.#store.datasetPath(want.sha256, want.kind));
		const { sha256, bytes, kind, name = "" } = want;
		const dataset: Dataset = { sha256, bytes, rows, kind, name, createdAt: this.#store.time() };
		await this.#store.addDataset(dataset);
		await rm(this.#note(uploadId), { force: true });
		upload.committed = dataset;
		upload.expiresMs = this.#now() + dayMs;
		return dataset;
	}

	async close(): Promise<void> {
		for (const { file } of this.#uploads.values()) await file?.close();
		this.#uploads.clear();
	}

	get #folder(): string {
		return join(this.#store.folder, "uploads");
	}

	#path(uploadId: string): string {
		return join(this.#folder, `${uploadId}.part`);
	}

	#note(uploadId: string): string {
		return join(this.#folder, `${uploadId}.json`);
	}

	#find(want: Begin): Upload | undefined {
		return [...this.#uploads.values()].find(
			({ want: { sha256, kind }, committed }) => sha256 === want.sha256 && kind === want.kind && !committed,
		);
	}

	async #make(want: Begin, owner: object): Promise<Upload> {
		const { uploads, datasetBytes, storeBytes } = this.#limits;
		const open = [...this.#uploads.values()].filter(({ committed }) => !committed);
		if (open.filter((upload) => upload.owner === owner).length >= uploads) {
			throw new TrainerError("quota_exceeded", `${uploads} uploads are open on this connection already.`);
		}
		if (want.bytes > datasetBytes) {
			throw new TrainerError("quota_exceeded", `A dataset may have ${datasetBytes} bytes, this one has ${want.bytes}.`);
		}
		const promised = open.reduce((sum, { want: { bytes } }) => sum + bytes, 0);
		if (this.#store.storedBytes() + promised + want.bytes > storeBytes) {
			throw new TrainerError("quota_exceeded", `The store holds ${storeBytes} bytes and would overflow.`);
		}
		const uploadId = randomBytes(16).toString("hex");
		const upload = this.#upload(uploadId, want, 0);
		this.#uploads.set(uploadId, upload);
		await writeFile(this.#note(uploadId), JSON.stringify(want));
		return upload;
	}

	#upload(uploadId: string, want: Begin, stored: number): Upload {
		const expiresMs = this.#now() + dayMs;
		const fresh = { owner: undefined, file: undefined, frames: 0, isRefusing: false, committed: undefined };
		return { uploadId, want, stored, expiresMs, ...fresh };
	}

	async #append(upload: Upload, payload: Uint8Array): Promise<void> {
		upload.file ??= await open(this.#path(upload.uploadId), "a");
		await upload.file.appendFile(payload);
		upload.stored += payload.length;
		upload.frames += 1;
		upload.isRefusing = false;
		upload.expiresMs = this.#now() + dayMs;
	}

	async #check({ uploadId, want }: Upload): Promise<number> {
		const rows = await readDataset(this.#path(uploadId), want.kind, this.#limits.rowBytes);
		if (rows.sha256 !== want.sha256) {
			await this.#erase(uploadId);
			throw new TrainerError("hash_mismatch", "The bytes that arrived have another SHA-256; the upload was erased.");
		}
		if (rows.bad.length > 0) {
			await this.#erase(uploadId);
			const message = `${rows.badTotal} of ${rows.total} rows cannot be used.`;
			throw new TrainerError("bad_rows", message, { total: rows.badTotal, rows: rows.bad });
		}
		return rows.total;
	}

	async #erase(uploadId: string): Promise<void> {
		this.#uploads.delete(uploadId);
		await rm(this.#path(uploadId), { force: true });
		await rm(this.#note(uploadId), { force: true });
	}
}

function refusal(upload: Upload, offset: bigint, length: number, owner: object): string | undefined {
	if (upload.owner !== owner) return "not_owner";
	if (offset !== BigInt(upload.stored)) return "offset_mismatch";
	return upload.stored + length > upload.want.bytes ? "too_long" : undefined;
}

interface ReadDataset {
	readonly sha256: string;
	readonly total: number;
	readonly badTotal: number;
	readonly bad: readonly (RowComplaint & { readonly line: number })[];
}

const shownBadRows = 20;
const newline = 10;

/** Hashes the file and checks every row, in one pass. */
async function readDataset(path: string, kind: Begin["kind"], rowBytes: number): Promise<ReadDataset> {
	const hash = createHash("sha256");
	const bad: (RowComplaint & { line: number })[] = [];
	let total = 0;
	let badTotal = 0;
	const take = (line: Buffer) => {
		total += 1;
		const complaint = checkRow(kind, line.toString("utf8"), { bytes: line.length, rowBytes });
		if (!complaint) return;
		badTotal += 1;
		if (bad.length < shownBadRows) bad.push({ line: total, ...complaint });
	};
	let carried: Buffer = Buffer.alloc(0);
	for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
		hash.update(chunk);
		let rest = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
		for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
			take(rest.subarray(0, end));
			rest = rest.subarray(end + 1);
		}
		// Of an overlong row, only that it is overlong is kept.
		carried = rest.subarray(0, rowBytes + 1);
	}
	if (carried.length > 0) take(carried);
	return { sha256: hash.digest("hex"), total, badTotal, bad };
}
