/** The sentences of a recommendation, each with the numbers behind it. */
import type { ScoreCell, ScorePanelMessage } from "./panel-message.ts";
import { leadingGroup } from "./rank-intervals.ts";
import type { Candidate, Wish } from "./recommend.ts";

/** A sentence with the numbers behind it. */
export interface Statement {
	readonly text: string;
	readonly evidence: readonly string[];
}

export function dataStatement(candidates: readonly Candidate[], language: string): Statement {
	const here = candidates.filter(({ zWithinLanguage }) => zWithinLanguage !== null);
	const ranked = (here.length > 0 ? here : candidates).slice(0, 5);
	const z = ({ zWithinLanguage, zElsewhere }: Candidate) => zWithinLanguage ?? zElsewhere;
	const names = ranked
		.slice(0, 3)
		.map(({ label }) => label)
		.join(", ");
	const where = here.length > 0 ? `in ${language}` : `in other languages (no rows in ${language})`;
	return {
		text: `By the quality of their data ${where}, ${names} come first; this is a screening aid, and predicts differences between students of one language poorly.`,
		evidence: ranked.map(
			(one) =>
				`${one.label}: z ${sign(z(one))} ${here.length > 0 ? "within the language" : "median of other languages"}`,
		),
	};
}

export function studentStatement(message: ScorePanelMessage, wish: Wish, language: string): Statement | null {
	const cells = message.cells.filter(
		(cell) => cell.source === "published" && cell.language === wish.language && cell.studentBase === wish.studentBase,
	);
	const { anchor } = cells[0] ?? { anchor: null };
	if (cells.length === 0) {
		return { text: `The paper trained no student on ${wish.studentBase} in ${language}.`, evidence: [] };
	}
	if (!anchor) return null;
	const isReadable = cells.some((cell) => cell.pgrInterpretable);
	const order = cells.toSorted((a, b) => (b.result ?? -1) - (a.result ?? -1));
	const label = (cell: ScoreCell) => message.teachers.find(({ name }) => name === cell.teacher)?.label ?? cell.teacher;
	const numbers = order
		.slice(0, 5)
		.map((cell) => `${label(cell)}: result ${fixed(cell.result)}, gain ${sign(cell.gain)}, PG-Score ${sign(cell.pg)}`);
	const anchors = `base ${fixed(anchor.base)}, reference ${fixed(anchor.ref)}`;
	if (isReadable) {
		return {
			text: `In ${language} the reference is above the base, so the published PG-Score can be read; the errors of both are unknown.`,
			evidence: [anchors, ...numbers],
		};
	}
	return {
		text: `In ${language} the published PG-Score must not decide: its reference is not better than its base, so better students score lower. ${label(order[0] ?? (cells[0] as ScoreCell))} has the highest result.`,
		evidence: [anchors, ...numbers],
	};
}

export function ownStatement(message: ScorePanelMessage, wish: Wish, language: string): Statement {
	const own = message.cells.filter((cell) => cell.source === "own" && cell.language === wish.language);
	const practice = message.cells.filter((cell) => cell.source === "practice" && cell.language === wish.language).length;
	const note =
		practice > 0
			? ` ${practice} practice ${practice === 1 ? "score does" : "scores do"} not count: practice models say nothing about real ones.`
			: "";
	if (own.length === 0) return { text: `There is no own score in ${language} yet.${note}`, evidence: [] };
	const estimates = own.flatMap(({ teacher, result, resultStderr, studentBase }) =>
		result === null || resultStderr === null || studentBase !== wish.studentBase
			? []
			: [{ name: teacher, value: result, stderr: resultStderr }],
	);
	const leaders = leadingGroup(estimates);
	const text =
		leaders.length > 1
			? `Your own results in ${language} do not tell ${leaders.join(", ")} apart.`
			: leaders.length === 1 && estimates.length > 1
				? `Your own results in ${language} put ${leaders[0]} first.`
				: `Your own results in ${language} compare no two teachers on ${wish.studentBase} yet.`;
	return {
		text: `${text}${note}`,
		evidence: own.map(
			(cell) =>
				`${cell.teacher} on ${cell.studentBase}: result ${fixed(cell.result)} ± ${fixed(cell.resultStderr === null ? null : 1.96 * cell.resultStderr)}, gain ${sign(cell.gain)}`,
		),
	};
}

/** A hint without a number of its own: net of teacher and student means the published effect is nil. */
export function familyStatement(message: ScorePanelMessage, wish: Wish): Statement | null {
	const base = wish.studentBase.toLowerCase();
	const kin = message.teachers.filter(({ family }) => family !== null && base.includes(family.toLowerCase()));
	if (kin.length === 0) return null;
	return {
		text: `${kin.map(({ label }) => label).join(", ")} share the student's family: the paper suggests that helps; test it rather than trust it.`,
		evidence: ["Net of teacher and student means the 5 matched published cells average −0.05 PG and +0.001 accuracy."],
	};
}

/** What Table 2 prints for three teachers, by language; means as printed, without rows to check. */
const strategyTable: Readonly<Record<string, { readonly lead: string; readonly cells: string }>> = {
	ar: {
		lead: "no strategy leads for every teacher",
		cells: "respond is highest for Gemma 3 27B and Llama 3.1 70B, translate for Aya Expanse 32B",
	},
	de: { lead: "generate leads", cells: "generate is highest for Gemma 3 27B, Aya Expanse 32B and Llama 3.1 70B" },
	id: {
		lead: "no strategy leads for every teacher",
		cells: "translate and generate are level for Gemma 3 27B, respond is highest for Aya Expanse 32B and Llama 3.1 70B",
	},
};

export function strategyStatement(code: string, language: string): Statement {
	const known = Object.hasOwn(strategyTable, code) ? strategyTable[code] : undefined;
	const lead = known ? `in the paper's Table 2 ${known.lead}` : "the paper did not compare strategies there";
	return {
		text: `Start with equal thirds of the three strategies and test per teacher: for ${language} ${lead}.`,
		evidence: known ? [`Table 2: ${known.cells}; printed means, no rows to check.`] : [],
	};
}

export const sizeStatement: Statement = {
	text: "Size and benchmark rank do not predict the score: choose by evidence in the language.",
	evidence: [
		"Table 3 fitted again: ln(size) p = 0.51 over 9 teachers, mean benchmark p = 0.53 over 8; few teachers: absence of evidence, not evidence of absence.",
	],
};

function sign(value: number | null): string {
	if (value === null) return "unknown";
	return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function fixed(value: number | null): string {
	return value === null ? "unknown" : value.toFixed(4);
}
