/** What a search for duplicates across open files takes from each of them. */
import type { FilePlace } from "../core/checks/turn-place.ts";
import type { SignatureColumns } from "../core/near-duplicates/signature-columns.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import { otherWork } from "./other-work.ts";

/** Its samples' signatures, a row each, with their content keys. */
export interface Signed {
	readonly signatures: SignatureColumns;
	readonly keys: readonly number[];
}

/** Undefined where the file changed meanwhile. */
export async function signedRows(file: AnnotatedFile): Promise<Signed | undefined> {
	const signing = file.signed();
	let step = signing.next();
	for (; !step.done; step = signing.next()) await otherWork();
	return step.value;
}

/** By content; a file is named as its editor's tab is. */
export function placesOf(files: readonly [string, AnnotatedFile][]): Map<number, FilePlace> {
	const places = new Map<number, FilePlace>();
	for (const [uri, file] of files) {
		for (const [key, place] of file.places(nameOf(uri))) if (!places.has(key)) places.set(key, place);
	}
	return places;
}

function nameOf(uri: string): string {
	const name = uri.slice(uri.lastIndexOf("/") + 1);
	try {
		return decodeURIComponent(name);
	} catch {
		return name;
	}
}
