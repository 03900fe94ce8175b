/** Which teachers to try for a language, on what evidence, and which measurement would settle it. */
import { findLanguage } from "../languages.ts";
import type { ScoreCell, ScorePanelMessage } from "./panel-message.ts";
import {
	dataStatement,
	familyStatement,
	ownStatement,
	type Statement,
	sizeStatement,
	strategyStatement,
	studentStatement,
} from "./recommend-statements.ts";
import { medianOf } from "./spearman.ts";

export interface Wish {
	readonly language: string;
	readonly studentBase: string;
	/** Samples to spend over all teachers. */
	readonly samples: number;
}

export interface Candidate {
	readonly teacher: string;
	readonly label: string;
	/** z within the language; null where only other languages are known. */
	readonly zWithinLanguage: number | null;
	/** Median of z within the other languages. */
	readonly zElsewhere: number | null;
	/** Student − base, and whose. */
	readonly gain: number | null;
	readonly gainStderr: number | null;
	readonly source: "published" | "own";
	/** Only where PGR is interpretable. */
	readonly pg: number | null;
	/** A score its z can be looked at in. */
	readonly cell: ScoreCell | null;
}

export interface Recommendation {
	readonly wish: Wish;
	/** The most promising first. */
	readonly candidates: readonly Candidate[];
	readonly statements: readonly Statement[];
	readonly plan: {
		readonly teachers: readonly string[];
		readonly samplesPerTeacher: number;
		readonly strategies: readonly string[];
		readonly measurement: string;
	};
}

/** A trial that a student can be trained on at all; below it metrics are all one learns. */
const leastPerTeacher = 300;
const mostTeachers = 3;

export function recommend(message: ScorePanelMessage, wish: Wish): Recommendation {
	const candidates = candidatesFor(message, wish);
	const affordable = Math.max(1, Math.min(mostTeachers, Math.floor(wish.samples / leastPerTeacher), candidates.length));
	const chosen = candidates.slice(0, affordable);
	const language =
		message.languages.find(({ code }) => code === wish.language)?.name ??
		findLanguage(wish.language)?.name ??
		wish.language;
	return {
		wish,
		candidates,
		statements: [
			dataStatement(message, candidates, language),
			studentStatement(message, wish, language),
			ownStatement(message, wish, language),
			familyStatement(message, wish),
			sizeStatement(message),
			strategyStatement(message, wish.language, language),
		].filter((statement) => statement !== null),
		plan: {
			teachers: chosen.map(({ teacher }) => teacher),
			samplesPerTeacher: Math.floor(wish.samples / Math.max(1, chosen.length)),
			strategies: ["generate", "translate", "respond"],
			measurement: measurementFor(message, wish, chosen, language),
		},
	};
}

/** Teachers by what is known of their data in the language, then elsewhere; own measurements replace published ones. */
function candidatesFor(message: ScorePanelMessage, wish: Wish): Candidate[] {
	const known = message.cells.filter((cell) => cell.source !== "practice");
	const candidates = message.teachers.flatMap(({ name, label }): Candidate[] => {
		const cells = known.filter((cell) => cell.teacher === name);
		if (cells.length === 0) return [];
		const here = cells.filter((cell) => cell.language === wish.language);
		const own = here.find((cell) => cell.source === "own" && cell.studentBase === wish.studentBase);
		const cell = own ?? here.find((one) => one.studentBase === wish.studentBase) ?? null;
		const elsewhere = [...new Map(cells.map((one) => [one.language, one])).values()].flatMap((one) =>
			one.language === wish.language ? [] : (one.zWithinLanguage ?? []),
		);
		return [
			{
				teacher: name,
				label,
				zWithinLanguage: here.find((one) => one.zWithinLanguage !== null)?.zWithinLanguage ?? null,
				zElsewhere: medianOf(elsewhere),
				gain: isOfBase(cell) ? (cell?.gain ?? null) : null,
				gainStderr: cell?.gainStderr ?? null,
				source: own ? "own" : "published",
				pg: cell?.pgrInterpretable && isOfBase(cell) ? cell.pg : null,
				cell: cell ?? here[0] ?? cells[0] ?? null,
			},
		];
	});
	return candidates.sort((a, b) => promise(b) - promise(a) || (a.label < b.label ? -1 : 1));
}

/** Own results first, then data quality in the language, then elsewhere. */
function promise({ source, pg, zWithinLanguage, zElsewhere }: Candidate): number {
	const own = source === "own" && pg !== null ? 100 + pg : 0;
	return own + (zWithinLanguage ?? (zElsewhere === null ? -10 : zElsewhere - 0.01));
}

/** False where the anchors were measured on another student base, so that a difference to them is no gain. */
function isOfBase(cell: ScoreCell | null): boolean {
	return cell !== null && !cell.reasons.includes("anchors_of_other_student_base");
}

/** Items each student must be asked so that a difference as large as the smallest worth acting on shows. */
function measurementFor(
	message: ScorePanelMessage,
	wish: Wish,
	chosen: readonly Candidate[],
	language: string,
): string {
	const cells = message.cells.filter((cell) => cell.language === wish.language && cell.source !== "practice");
	const p = medianOf(cells.flatMap(({ result }) => result ?? [])) ?? 0.5;
	const difference = 0.03;
	// Two proportions, two-sided 5 %, power 80 %: n = 2 p(1−p) (1.96 + 0.84)² / δ².
	const items = Math.ceil((2 * p * (1 - p) * (1.96 + 0.84) ** 2) / difference ** 2 / 10) * 10;
	const students = chosen.length === 1 ? "the student" : `the ${chosen.length} students`;
	return `Train one student per teacher on the same number of rows, then evaluate ${students}, the base and the reference on the same ${items.toLocaleString("en")} items or more in ${language}: enough to see a difference of ${difference} in accuracy (80 % power, near ${p.toFixed(2)}); pairing by item needs fewer.`;
}
