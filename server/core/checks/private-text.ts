/** `pii` and `secret`: addresses, numbers and keys that must not be trained on. A finding never repeats them. */
import type { Sample, Turn } from "../sample/sample.ts";
import type { CheckCode } from "./codes.ts";
import { about, type Check, type Finding, turnName } from "./finding.ts";

interface Kind {
	readonly name: string;
	readonly pattern: RegExp;
	/** What any find holds, where the pattern itself could begin anywhere. */
	readonly sign?: string;
	/** Looks closer at what the pattern found. */
	readonly isReal?: (found: string) => boolean;
}

const personal: readonly Kind[] = [
	{
		name: "an e-mail address",
		sign: "@",
		pattern: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,20}){1,4}/gu,
		isReal: (found) =>
			!/@(?:example|test|domain|email|firma|beispiel|empresa)\.|\.(?:example|invalid|test)$/iu.test(found),
	},
	{
		name: "an IP address",
		pattern: /(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/gu,
		isReal: isPublicAddress,
	},
	{
		name: "a payment card number",
		pattern: /(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}(?!\d)/gu,
		isReal: passesLuhn,
	},
	{
		name: "a bank account (IBAN)",
		pattern: /(?<![A-Z0-9])[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){3,7}[A-Z0-9]{0,4}(?![A-Z0-9])/gu,
		isReal: isIban,
	},
];

const secrets: readonly Kind[] = [
	{ name: "an AWS access key", pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/gu },
	{ name: "a GitHub token", pattern: /(?<!\w)(?:gh[pousr]_\w{36,255}|github_pat_\w{22,255})/gu },
	{ name: "an API key", pattern: /(?<![\w-])sk-(?:proj-|ant-)?[\w-]{20,200}/gu, isReal: (found) => /\d/.test(found) },
	{ name: "a Google API key", pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/gu },
	{ name: "a Slack token", pattern: /(?<!\w)xox[abprs]-[\w-]{10,200}/gu },
	{ name: "a Hugging Face token", pattern: /(?<!\w)hf_[A-Za-z0-9]{30,60}(?!\w)/gu },
	{ name: "a JSON web token", pattern: /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,2000}/gu },
	{ name: "a private key", pattern: /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----/gu },
];

export const pii: Check = { code: "pii", find: (sample) => search(sample, "pii", personal) };
export const secret: Check = { code: "secret", find: (sample) => search(sample, "secret", secrets) };

/** Findings of one kind in one turn at most. */
const mostRanges = 5;
const read = 200_000;

function search(sample: Sample, code: CheckCode, kinds: readonly Kind[]): Finding[] {
	return sample.turns.flatMap((turn) => kinds.flatMap((kind) => ranges(turn, code, kind)));
}

function ranges(turn: Turn, code: CheckCode, { name, pattern, sign, isReal }: Kind): Finding[] {
	if (sign !== undefined && !turn.text.includes(sign)) return [];
	const found: Finding[] = [];
	for (const match of turn.text.slice(0, read).matchAll(pattern)) {
		if (isReal && !isReal(match[0])) continue;
		const span = { start: match.index, end: match.index + match[0].length };
		found.push(
			about(turn, code, `The ${turnName(turn)} holds ${name}.`, { ...span, source: "datatrove, Lilac, dolma" }),
		);
		if (found.length === mostRanges) break;
	}
	return found;
}

function isPublicAddress(found: string): boolean {
	const parts = found.split(".").map(Number);
	const [first = 0, second = 0, third = 0] = parts;
	if (parts.some((part) => part > 255) || first === 0 || first >= 224) return false;
	const isLocal =
		first === 10 ||
		first === 127 ||
		(first === 192 && second === 168) ||
		(first === 172 && second >= 16 && second < 32);
	const isForDocuments =
		(first === 192 && second === 0 && third === 2) ||
		(first === 198 && second === 51) ||
		(first === 203 && second === 0);
	return (
		!isLocal && !isForDocuments && !(first === second && second === third) && !(first < 10 && second < 10 && third < 10)
	);
}

function passesLuhn(found: string): boolean {
	const digits = found.replace(/\D/g, "");
	if (digits.length < 13 || digits.length > 19 || /^(\d)\1*$/.test(digits)) return false;
	let sum = 0;
	for (const [index, digit] of [...digits].reverse().entries()) {
		const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
		sum += value > 9 ? value - 9 : value;
	}
	return sum % 10 === 0;
}

/** ISO 7064: the account's letters as numbers, first four characters at the end, leave 1 when divided by 97. */
function isIban(found: string): boolean {
	const plain = found.replaceAll(" ", "");
	if (plain.length < 15 || plain.length > 34) return false;
	let rest = 0;
	for (const letter of plain.slice(4) + plain.slice(0, 4)) {
		for (const digit of String(Number.parseInt(letter, 36))) rest = (rest * 10 + Number(digit)) % 97;
	}
	return rest === 1;
}
