/** Finds the stretch of a text that is in another language, as in an answer that changes language halfway. */
import { countLetters, kindsOf, letter, pointAt } from "../checks/character-kinds.ts";
import type { Language } from "../languages.ts";
import type { Detect, Detectors } from "./detector.ts";
import { bestOther, logOdds } from "./judge-language.ts";
import { acceptedLabels } from "./labels.ts";
import { lettersIn, type ScriptProfile, scriptProfile } from "./script-profile.ts";
import { detectorsFor } from "./who-knows.ts";

export interface MixedSpan {
	/** UTF-16 offsets in the text, `end` exclusive. */
	readonly start: number;
	readonly end: number;
	readonly instead: string;
	/** The summed log-odds of its windows, or the share of letters in another script. */
	readonly value: number;
	readonly threshold: number;
}

/** Characters of letters a window holds; windows overlap by half. text-metrics.md 1.5, rule 4. */
const windowLetters = 70;
const leastLetters = 112;
/** One window says no more than this, so that no single name decides. */
const clipAt = 5;
/** A window under this is the expected language with seven eighths of the odds. */
const suspicious = -2;
/** What a stretch must reach; a project may move each for a language. */
export interface MixedLimits {
	/** Summed log-odds of its windows. */
	readonly logOdds: number;
	/** Share of Latin letters in a text of another script. */
	readonly latinShare: number;
}

/**
 * Log-odds are 1.5 in the source; lists of animals and tools reach 1.9, and halves of 60 letters lose 0.4 % of their recall
 * at 2.5.
 */
export const defaultMixedLimits: MixedLimits = { logOdds: 2.5, latinShare: 0.15 };
/** Characters searched of longer texts. */
const searched = 20_000;

/** The most foreign stretch of a masked text, if any is foreign enough. */
export function findMixed(
	masked: string,
	expected: Language,
	detectors: Detectors,
	limits: MixedLimits = defaultMixedLimits,
): MixedSpan | undefined {
	const text = withoutMentions(masked.slice(0, searched));
	return (
		scriptRun(text, expected, limits.latinShare) ??
		foreignRun(text, expected, detectorsFor(expected, detectors), limits.logOdds)
	);
}

/** Names and quotations belong to an answer whatever their language: `United Nations, San Francisco`; `"Hello, world!"`. */
function withoutMentions(text: string): string {
	const spaces = (run: string) => " ".repeat(run.length);
	return text.replace(quotation, spaces).replace(names, spaces);
}

const quotation = /["“„«「『][^"“”„«»「」『』\n]{2,150}["“”»」』]/gu;
/** Three capitalised words in a row and more. */
const names = /(?<!\p{L})\p{Lu}[\p{L}\p{M}'’.-]*(?:[ ,]{1,2}\p{Lu}[\p{L}\p{M}'’.-]*){2,}/gu;

/** By windows; undefined without a detector that knows the language. */
function foreignRun(
	text: string,
	expected: Language,
	{ fastText, cld3 }: Detectors,
	leastSum: number,
): MixedSpan | undefined {
	if (!fastText || countLetters(text, leastLetters) < leastLetters) return undefined;
	const accepted = acceptedLabels(expected);
	// Windows without overlap are enough to see that nothing is foreign; a look at the whole is not, whose languages hide a third.
	if (!windowsOf(text, windowLetters).some((window) => oddsOf(window, accepted, fastText) > suspicious))
		return undefined;
	const found = bestRun(windowsOf(text, windowLetters / 2), accepted, fastText, leastSum);
	if (!found || !cld3) return found;
	// A second opinion on the whole stretch, as for whole texts.
	const [best] = cld3(text.slice(found.start, found.end));
	return best && accepted.has(best.label) ? undefined : found;
}

interface Window {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/** Windows never cross a line break; a line's rest under half a window belongs to the one before. */
function windowsOf(text: string, step: number): Window[] {
	const windows: Window[] = [];
	let lineStart = 0;
	for (const line of text.split("\n")) {
		windows.push(...lineWindows(line, lineStart, step));
		lineStart += line.length + 1;
	}
	return windows;
}

function lineWindows(line: string, offset: number, step: number): Window[] {
	const places = letterPlaces(line);
	if (places.length < windowLetters / 2) return [];
	const windows: Window[] = [];
	for (let first = 0; first === 0 || first + windowLetters / 2 < places.length; first += step) {
		const start = wordStart(line, places[first] ?? 0);
		const last = places[Math.min(first + windowLetters, places.length) - 1];
		if (last === undefined || places.length - first < windowLetters / 2) break;
		const end = wordEnd(line, last + 1);
		windows.push({ start: offset + start, end: offset + end, text: line.slice(start, end) });
		if (first + windowLetters >= places.length) break;
	}
	return windows;
}

/** The place of every unit of a letter. */
function letterPlaces(line: string): number[] {
	const places: number[] = [];
	for (let at = 0; at < line.length; at += 1) {
		const point = pointAt(line, at);
		if ((kindsOf(point) & letter) !== 0) places.push(at);
		if (point <= 0xffff) continue;
		if ((kindsOf(point) & letter) !== 0) places.push(at + 1);
		at += 1;
	}
	return places;
}

function wordStart(line: string, at: number): number {
	let start = at;
	while (start > 0 && at - start < 30 && line[start - 1] !== " ") start -= 1;
	return start;
}

function wordEnd(line: string, at: number): number {
	let end = at;
	while (end < line.length && end - at < 30 && line[end] !== " ") end += 1;
	return end;
}

/** Clipped log-odds of a window being in another language; one candidate bounds them where it is the expected one. */
function oddsOf({ text }: Window, accepted: ReadonlySet<string>, fastText: Detect): number {
	const [best] = fastText(text, 1);
	if (!best) return 0;
	const odds = accepted.has(best.label)
		? Math.log(Math.max(1e-4, 1 - best.score) / best.score)
		: logOdds(fastText(text), accepted);
	return Math.max(-clipAt, Math.min(clipAt, odds ?? 0));
}

/** Kadane's maximum-sum run of windows by clipped log-odds. */
function bestRun(
	windows: readonly Window[],
	accepted: ReadonlySet<string>,
	fastText: Detect,
	leastSum: number,
): MixedSpan | undefined {
	let best: { start: number; end: number; sum: number; instead: string } | undefined;
	let run = { start: 0, sum: 0, instead: "" };
	for (const window of windows) {
		const odds = oddsOf(window, accepted, fastText);
		if (run.sum <= 0) {
			const instead = odds > 0 ? bestOther(fastText(window.text), accepted) : "";
			run = { start: window.start, sum: 0, instead };
		}
		run.sum += odds;
		if (run.sum > (best?.sum ?? leastSum))
			best = { start: run.start, end: window.end, sum: run.sum, instead: run.instead };
	}
	return best && { start: best.start, end: best.end, instead: best.instead, value: best.sum, threshold: leastSum };
}

/** Between scripts no detector is needed; a text of the expected script must be left. text-metrics.md 1.5, rule 2. */
function scriptRun(text: string, expected: Language, leastShare: number): MixedSpan | undefined {
	if (expected.scripts.includes("Latin")) return undefined;
	const profile = scriptProfile(text);
	if (lettersIn(profile, expected.scripts) === 0) return undefined;
	const latin = latinRun(text, profile.letters, leastShare);
	return latin ?? (expected.code === "ja" ? eastAsianRun(text, profile, leastShare) : undefined);
}

/** A stretch of ordinary Latin words. */
function latinRun(text: string, letters: number, threshold: number): MixedSpan | undefined {
	let best: MixedSpan | undefined;
	for (const match of text.matchAll(/[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f\p{P}\p{N}\p{Zs}]{24,}/gu)) {
		const run = match[0].replace(/[^A-Za-z\u00c0-\u024f]+$/, "");
		const own = lettersIn(scriptProfile(run), ["Latin"]);
		const plainWords = run.match(/(?<![A-Za-z])[a-z\u00df-\u00ff]{2,}(?![A-Za-z])/g)?.length ?? 0;
		const value = own / letters;
		if (plainWords < 4 || own < leastRun || value < threshold || value <= (best?.value ?? 0)) continue;
		best = { start: match.index, end: match.index + run.length, instead: "Latin script", value, threshold };
	}
	return best;
}

/** Letters of a stretch between scripts; a Han, kana or Hangul letter counts as two. */
const leastRun = 25;

/**
 * Korean in a Japanese text by its letters; Chinese by a stretch of Han without kana that holds characters Chinese cannot do
 * without, for lists of names and addresses are Han alone in Japanese as well.
 */
function eastAsianRun(text: string, { letters, byScript }: ScriptProfile, threshold: number): MixedSpan | undefined {
	const hangul = byScript.get("Hangul") ?? 0;
	if (hangul >= leastRun && hangul / letters >= threshold) {
		const start = text.search(/\p{Script=Hangul}/u);
		const end = text.length - [...text].reverse().findIndex((one) => /\p{Script=Hangul}/u.test(one));
		return { start, end, instead: "Hangul script", value: hangul / letters, threshold };
	}
	for (const match of text.matchAll(/[^\u3040-\u30ff\n]{15,}/gu)) {
		const own = match[0].match(/\p{Script=Han}/gu)?.length ?? 0;
		const chinese = match[0].match(/[的了是们們这這我她你您吗嗎呢把从為为与與对個个说說没沒也还還會就]/gu)?.length ?? 0;
		const value = (2 * own) / letters;
		if (2 * own < leastRun || chinese < 2 || chinese * 25 < own || value < threshold) continue;
		return {
			start: match.index,
			end: match.index + match[0].length,
			instead: "Chinese, without kana",
			value,
			threshold,
		};
	}
	return undefined;
}
