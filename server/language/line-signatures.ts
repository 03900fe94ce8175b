/** The signatures of an open file's samples, made where no thread made them already. */
import { comparedText } from "../core/checks/near-duplicate.ts";
import { binCount, createSigner, type Signer } from "../core/near-duplicates/signature.ts";
import type { SignatureColumns } from "../core/near-duplicates/signature-columns.ts";
import type { LineState } from "./line-state.ts";

/** Lines signed between two chances for other work: a few milliseconds. */
const slice = 200;

/** Yields between slices; returns undefined as soon as the file is no longer `isSame`. */
export function* signatureColumns(
	lines: readonly LineState[],
	isSame: () => boolean,
): Generator<void, { signatures: SignatureColumns; keys: readonly number[] } | undefined> {
	const signed: { readonly key: number; readonly signature: NonNullable<LineState["signature"]> }[] = [];
	for (const [index, state] of lines.entries()) {
		const { sample, share } = state.annotation ?? {};
		if (sample && share) {
			state.signature ??= sign(comparedText(sample));
			signed.push({ key: share.key, signature: state.signature });
		}
		if (index % slice === slice - 1) yield;
		if (!isSame()) return undefined;
	}
	const values = new Uint16Array(signed.length * binCount);
	for (const [row, { signature }] of signed.entries()) values.set(signature.values, row * binCount);
	const hashes = Float64Array.from(signed, ({ signature }) => signature.hash);
	return { signatures: { count: signed.length, values, hashes }, keys: signed.map(({ key }) => key) };
}

/** One row of what a thread has signed. */
export function signatureAt({ values, hashes }: SignatureColumns, row: number): LineState["signature"] {
	const width = values.length / hashes.length;
	return { values: values.subarray(row * width, (row + 1) * width), hash: hashes[row] ?? Number.NaN };
}

function sign(text: string): NonNullable<LineState["signature"]> {
	const values = new Uint16Array(binCount);
	return { values, hash: signer().sign(text, values, 0) };
}

let kept: Signer | undefined;

/** One signer for all files, made when first needed: it takes 10 ms. */
function signer(): Signer {
	kept ??= createSigner();
	return kept;
}
