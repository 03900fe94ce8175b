/** `unwanted-cjk`, `alphabet-ratio` and `symbol-ratio`: what an answer's characters are. */
import { lettersIn, scriptProfile } from "../language-id/script-profile.ts";
import type { Turn } from "../sample/sample.ts";
import { exchanges, responses } from "../sample/sample.ts";
import { decimalDigit, inWord, kindsOf, pointAt, space } from "./character-kinds.ts";
import { about, type Check, type CheckContext, type Finding, type Metric, percent, turnName } from "./finding.ts";
import { rememberTexts } from "./remember-texts.ts";

const cjk = ["Han", "Hiragana", "Katakana"];
const cjkLanguages = new Set(["ja", "zh", "yue", "ko"]);
/** One Chinese name in a short answer is a name. */
const leastCjk = 5;

export const unwantedCjk: Check = {
	code: "unwanted-cjk",
	find: (sample, context) =>
		exchanges(sample).flatMap(({ prompts, response }) => {
			if (!context.language || cjkLanguages.has(context.language.code)) return [];
			// Who asks with such characters gets some.
			if (prompts.some(({ text }) => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text))) return [];
			const profile = scriptProfile(context.masked(response));
			const count = lettersIn(profile, cjk) / 2;
			const share = count / Math.max(1, profile.letters - count);
			const threshold = context.threshold("unwanted-cjk");
			if (count < leastCjk || share <= threshold.value) return [];
			const start = response.text.search(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u);
			const message = `${percent(share)} of the letters of the ${turnName(response)} are Chinese or Japanese, over ${percent(threshold.value)}, in a sample in ${context.language.name}.`;
			return [about(response, "unwanted-cjk", message, { start, end: start + 1, value: share, threshold })];
		}),
};

interface Shares {
	readonly alphabetic: number;
	readonly digits: number;
	readonly symbols: number;
	readonly addresses: number;
}

/** Characters an answer needs before its shares say something. */
const leastCharacters = 50;

/** Shares of the characters that are no white space; null for short texts. */
function sharesOf(turn: Turn, context: CheckContext): Shares | null {
	const counted = countKinds(context.prose(turn));
	if (counted === null) return null;
	return { ...counted, addresses: addressShare(turn.text) };
}

const countKinds = rememberTexts((text): Omit<Shares, "addresses"> | null => {
	let [all, alphabetic, digits, symbols] = [0, 0, 0, 0];
	for (let at = 0; at < text.length; at += 1) {
		const point = pointAt(text, at);
		const width = point > 0xffff ? 2 : 1;
		at += width - 1;
		const kinds = kindsOf(point);
		if ((kinds & space) !== 0) continue;
		all += width;
		if ((kinds & decimalDigit) !== 0) digits += width;
		if ((kinds & inWord) !== 0) alphabetic += width;
		else if (!ordinary.has(point)) symbols += width;
	}
	if (all < leastCharacters) return null;
	return { alphabetic: alphabetic / all, digits: digits / all, symbols: symbols / all };
});

/** Signs of ordinary text in the product's languages. */
const ordinary = new Set(Array.from(".,;:!?'\"()。、，？！：；「」『』،؛؟«»“”‘’„…–—-/", (sign) => sign.codePointAt(0)));

const addressShare = rememberTexts((text): number => {
	const start = text.slice(0, 200_000);
	if (!start.includes("://")) return 0;
	return (start.match(/https?:\/\/[!-~]{1,2000}/g)?.join("").length ?? 0) / start.length;
});

export const alphabetRatio: Check = {
	code: "alphabet-ratio",
	find: (sample, context) =>
		responses(sample).flatMap((turn) => {
			const shares = sharesOf(turn, context);
			const threshold = context.threshold("alphabet-ratio");
			if (!shares || shares.alphabetic >= threshold.value) return [];
			const message = `Only ${percent(shares.alphabetic)} of the characters of the ${turnName(turn)} are letters or digits, under ${percent(threshold.value)}.`;
			return [about(turn, "alphabet-ratio", message, { value: shares.alphabetic, threshold })];
		}),
	measure: (sample, context) =>
		responses(sample).flatMap((turn): Metric[] => {
			const shares = sharesOf(turn, context);
			if (!shares) return [];
			const { field } = turn;
			return [
				{
					name: "letters and digits",
					value: shares.alphabetic,
					unit: "share",
					field,
					threshold: context.threshold("alphabet-ratio"),
				},
				{
					name: "digits",
					value: shares.digits,
					unit: "share",
					field,
					threshold: context.threshold("symbol-ratio", "digits"),
				},
				{
					name: "symbols",
					value: shares.symbols,
					unit: "share",
					field,
					threshold: context.threshold("symbol-ratio", "symbols"),
				},
			];
		}),
};

export const symbolRatio: Check = {
	code: "symbol-ratio",
	find: (sample, context) => responses(sample).flatMap((turn) => judgeSymbols(turn, context)),
};

function judgeSymbols(turn: Turn, context: CheckContext): Finding[] {
	const shares = sharesOf(turn, context);
	if (!shares) return [];
	for (const name of ["digits", "symbols", "addresses"] as const) {
		const threshold = context.threshold("symbol-ratio", name);
		if (shares[name] <= threshold.value) continue;
		const what = name === "addresses" ? "web addresses" : name;
		const message = `${percent(shares[name])} of the characters of the ${turnName(turn)} are ${what}, over ${percent(threshold.value)}.`;
		return [about(turn, "symbol-ratio", message, { value: shares[name], threshold })];
	}
	return [];
}
