/** A practice student as a file: what a trainer offers for download, and what it can be read back from. */
import { NgramModel } from "./student.ts";

const magic = "polyglot practice student 1\n";
const bytesPerGram = 12;

/** A line of text, the bytes of context, then for each n-gram its key (64-bit float) and count (32 bits), little-endian. */
export function encodeStudent(model: NgramModel): Uint8Array {
	const grams = model.grams();
	const start = magic.length + 1;
	const file = new Uint8Array(start + grams.length * bytesPerGram);
	const view = new DataView(file.buffer);
	file.set(new TextEncoder().encode(magic));
	file[magic.length] = model.contextBytes;
	for (const [index, [gram, count]] of grams.entries()) {
		view.setFloat64(start + index * bytesPerGram, gram, true);
		view.setUint32(start + index * bytesPerGram + 8, count, true);
	}
	return file;
}

/** Throws on a file that is no practice student. */
export function decodeStudent(file: Uint8Array): NgramModel {
	const start = magic.length + 1;
	const isOurs = new TextDecoder().decode(file.subarray(0, magic.length)) === magic;
	if (!isOurs || (file.length - start) % bytesPerGram !== 0) throw new Error("This file is no practice student.");
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const grams = function* () {
		for (let at = start; at < file.length; at += bytesPerGram) {
			yield [view.getFloat64(at, true), view.getUint32(at + 8, true)] as const;
		}
	};
	return NgramModel.fromGrams(file[magic.length] ?? 0, grams());
}
