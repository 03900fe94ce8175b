/** How a file of samples is packed, by its first bytes, whatever its name. */
import { type FileVersion, openFile } from "./line-index-file.ts";
import { compressionOf } from "./line-index-scan.ts";

export type SourceKind = "lines" | "gzip" | "zstd" | "parquet";

export interface SourceOptions {
	/** Called with the share that is done: of unpacking where the file is packed, else of finding its lines. */
	readonly onProgress?: ((share: number) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
	/** The engine's own file. With it Parquet is decoded in a thread, without it on this one, a row group at a time. */
	readonly engineFile?: URL | undefined;
}

/** Throws a UserError where the file can't be read. */
export async function packingOf(path: string): Promise<{ readonly kind: SourceKind; readonly version: FileVersion }> {
	const { handle, version } = await openFile(path);
	try {
		const start = Buffer.alloc(4);
		const { bytesRead } = await handle.read(start, 0, 4, 0);
		const isParquet = bytesRead === 4 && start.toString("latin1") === "PAR1";
		return { kind: isParquet ? "parquet" : (compressionOf(start.subarray(0, bytesRead)) ?? "lines"), version };
	} finally {
		await handle.close();
	}
}
