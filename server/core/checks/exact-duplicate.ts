/** `exact-duplicate`: prompt and answer stand in the file before, but for white space and Unicode form. */
import type { Sample } from "../sample/sample.ts";
import type { Finding } from "./finding.ts";

/** Equal for samples that say the same: 53 bits, so that among a million samples a false match is a 1 in 20,000 event. */
export function contentKey(sample: Sample): number {
	const texts = sample.turns.filter((turn) => turn.role !== "system");
	return hash53(
		texts.map((turn) => `${turn.role}\u0000${turn.text.normalize("NFC").replace(/\s+/gu, " ").trim()}`).join("\u0001"),
	);
}

export function duplicateFinding(sample: Sample, firstLine: number): Finding {
	const turn = sample.turns.find((one) => one.role === "user") ?? sample.turns[0];
	return {
		code: "exact-duplicate",
		severity: "information",
		message: `The sample stands in line ${firstLine} already, word for word.`,
		field: turn?.field ?? null,
		start: turn ? 0 : null,
		end: turn?.text.length ?? null,
		value: firstLine,
		threshold: null,
		source: "same text after NFC and white space",
	};
}

/** Two 32-bit multiplicative hashes side by side, mixed as in MurmurHash3. */
export function hash53(text: string): number {
	let a = 0xdeadbeef;
	let b = 0x41c6ce57;
	for (let at = 0; at < text.length; at += 1) {
		const unit = text.charCodeAt(at);
		a = Math.imul(a ^ unit, 2654435761);
		b = Math.imul(b ^ unit, 1597334677);
	}
	a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
	b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
	return 4294967296 * (2097151 & b) + (a >>> 0);
}
