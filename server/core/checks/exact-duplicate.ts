/** `exact-duplicate`: prompt and answer stand in the file before, but for white space and Unicode form. */
import type { Sample } from "../sample/sample.ts";
import type { Finding } from "./finding.ts";
import { type FilePlace, inWords, type TurnPlace } from "./turn-place.ts";

/** Equal for samples that say the same: 53 bits, so that among a million samples a false match is a 1 in 20,000 event. */
export function contentKey(sample: Sample): number {
	const hash = new TextHash();
	for (const { role, text } of sample.turns) {
		if (role === "system") continue;
		hash.add(role);
		hash.add(composed(text));
	}
	return hash.finish();
}

/** Equal for texts that differ in white space and Unicode form only. */
export function textKey(text: string): number {
	const hash = new TextHash();
	hash.add(composed(text));
	return hash.finish();
}

/** Below U+0300 every text is in NFC already. */
const composed = (text: string) => (/[\u0300-\uffff]/.test(text) ? text.normalize("NFC") : text);

/** `asked` is the sample's prompt, `first` where it stands before. */
export function duplicateFinding(asked: TurnPlace | null, first: FilePlace): Finding {
	return {
		code: "exact-duplicate",
		severity: "information",
		message: `The sample stands in ${inWords(first)} already, word for word.`,
		field: asked?.field ?? null,
		start: asked ? 0 : null,
		end: asked?.length ?? null,
		value: first.line,
		threshold: null,
		source: "same text after NFC and white space",
	};
}

/** Two 32-bit multiplicative hashes side by side, mixed as in MurmurHash3; runs of white space count as one space. */
class TextHash {
	#a = 0xdeadbeef;
	#b = 0x41c6ce57;

	/** Adds a text and a mark of its end; white space at either end does not count. */
	add(text: string): void {
		let isSpacePending = false;
		let isStarted = false;
		for (let at = 0; at < text.length; at += 1) {
			const unit = text.charCodeAt(at);
			if (isSpace(unit)) {
				isSpacePending = isStarted;
				continue;
			}
			if (isSpacePending) this.#unit(32);
			isSpacePending = false;
			isStarted = true;
			this.#unit(unit);
		}
		this.#unit(0x10000);
	}

	finish(): number {
		let [a, b] = [this.#a, this.#b];
		a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
		b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
		return 4294967296 * (2097151 & b) + (a >>> 0);
	}

	#unit(unit: number): void {
		this.#a = Math.imul(this.#a ^ unit, 2654435761);
		this.#b = Math.imul(this.#b ^ unit, 1597334677);
	}
}

/** As `\s`. */
function isSpace(unit: number): boolean {
	if (unit <= 32) return unit === 32 || (unit >= 9 && unit <= 13);
	if (unit < 0x1680) return unit === 0xa0;
	if (unit >= 0x2000 && unit <= 0x200a) return true;
	return (
		unit === 0x1680 ||
		unit === 0x2028 ||
		unit === 0x2029 ||
		unit === 0x202f ||
		unit === 0x205f ||
		unit === 0x3000 ||
		unit === 0xfeff
	);
}
