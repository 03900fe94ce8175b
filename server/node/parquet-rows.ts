/** The rows of a Parquet file as lines of JSON, a bounded number at a time. */
import type { AsyncBuffer } from "hyparquet";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { UserError } from "../core/problem.ts";
import { openFile } from "./line-index-file.ts";

/** Unpacked bytes decoded at once. A part of a row group costs the decoding of the whole, so most are read in one. */
const batchBytes = 256 * 2 ** 20;

export interface ParquetBatch {
	/** JSON texts, one a row, in the file's order. */
	readonly lines: readonly string[];
	/** Rows of the file up to and with these, as a share. */
	readonly share: number;
}

/** Throws a UserError (`damaged-parquet`) where the file is no Parquet that can be read. */
export async function* parquetRows(path: string): AsyncGenerator<ParquetBatch> {
	const { handle, version } = await openFile(path);
	const file: AsyncBuffer = {
		byteLength: version.size,
		async slice(start, end = version.size) {
			const bytes = new Uint8Array(Math.max(0, end - start));
			const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
			if (bytesRead < bytes.length) throw new Error(`it ends before byte ${end}`);
			return bytes.buffer;
		},
	};
	try {
		const metadata = await parquetMetadataAsync(file);
		const total = Number(metadata.num_rows);
		let groupStart = 0;
		for (const group of metadata.row_groups) {
			const groupEnd = groupStart + Number(group.num_rows);
			const parts = Math.ceil(Number(group.total_byte_size) / batchBytes) || 1;
			const batchRows = Math.max(1, Math.ceil((groupEnd - groupStart) / parts));
			for (let rowStart = groupStart; rowStart < groupEnd; rowStart += batchRows) {
				const rowEnd = Math.min(groupEnd, rowStart + batchRows);
				const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors });
				yield { lines: rows.map(jsonOf), share: rowEnd / total };
			}
			groupStart = groupEnd;
		}
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new UserError("damaged-parquet", `${path} can't be read as Parquet: ${reason}`, { cause });
	} finally {
		await handle.close();
	}
}

/** Missing values are left out, as null says no more; whole numbers beyond doubles keep every digit. */
function jsonOf(row: Readonly<Record<string, unknown>>): string {
	return JSON.stringify(row, (_, value: unknown) => {
		if (typeof value === "bigint") return wholeNumber(value);
		return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
	});
}

function wholeNumber(value: bigint): unknown {
	const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
	return isSafe
		? Number(value)
		: ((JSON as { rawJSON?: (text: string) => unknown }).rawJSON?.(String(value)) ?? String(value));
}
