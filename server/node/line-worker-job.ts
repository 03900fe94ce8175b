/** What a thread is asked to do with lines, and what it answers. */

import type { LineRange } from "./line-index.ts";
import type { FileVersion } from "./line-index-file.ts";

export type Column =
	| Float64Array<ArrayBuffer>
	| Float32Array<ArrayBuffer>
	| Int32Array<ArrayBuffer>
	| Uint32Array<ArrayBuffer>
	| Uint16Array<ArrayBuffer>
	| Uint8Array<ArrayBuffer>;

/** Named typed arrays: they cross from thread to thread without a copy. */
export type Columns = Readonly<Record<string, Column>>;

/** Takes the lines of one range in order and makes columns of them. Pure: the same lines, the same columns. */
export interface LineReader {
	/** `line` counts from 0 in the file. */
	add(text: string, line: number): void;
	/** Arrays must not share their buffers with anything that is used afterwards. */
	finish(): Columns;
}

/** Made once a range. `parameters` is what the caller of `mapLines` gave, after a structured clone. */
export type LineJob = (parameters: unknown) => LineReader;

export interface LineTask {
	readonly path: string;
	readonly version: FileVersion;
	readonly range: LineRange;
	readonly job: string;
	readonly parameters: unknown;
}

export type LineAnswer =
	| { readonly ok: true; readonly columns: Columns }
	/** `code` is that of a UserError, null for anything else. */
	| { readonly ok: false; readonly code: string | null; readonly message: string; readonly stack: string | null };
