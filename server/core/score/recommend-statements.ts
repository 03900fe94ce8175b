/** The sentences of a recommendation, each with the numbers behind it and where they stand. */
import type { RecipeFinding } from "./analyses/message.ts";
import { isolated } from "./isolate.ts";
import type { ScoreCell, ScorePanelMessage } from "./panel-message.ts";
import { leadingGroup } from "./rank-intervals.ts";
import type { Candidate, Wish } from "./recommend.ts";

/** Where a number can be looked at: a score, or a figure of another panel. */
export type EvidenceLink =
	| { readonly kind: "cell"; readonly cell: Pick<ScoreCell, "source" | "studentBase" | "teacher" | "language"> }
	| { readonly kind: "figure"; readonly tab: "teachers" | "data" | "recipe"; readonly figure: string };

export interface Evidence {
	readonly text: string;
	/** The file the number is in or is computed from. */
	readonly file: string;
	readonly link: EvidenceLink | null;
}

/** A sentence with the numbers behind it. */
export interface Statement {
	readonly text: string;
	readonly evidence: readonly Evidence[];
}

const files = {
	scores: "media/published/scores.jsonl",
	intrinsic: "media/published/intrinsic.jsonl",
	anchors: "media/published/anchors.json",
	tables: "media/published/published-tables.json",
	own: ".polyglot/scores.jsonl",
} as const;

const cellLink = ({ source, studentBase, teacher, language }: ScoreCell): EvidenceLink => ({
	kind: "cell",
	cell: { source, studentBase, teacher, language },
});

export function dataStatement(
	message: ScorePanelMessage,
	candidates: readonly Candidate[],
	language: string,
): Statement {
	const here = candidates.filter(({ zWithinLanguage }) => zWithinLanguage !== null);
	const ranked = (here.length > 0 ? here : candidates).slice(0, 5);
	const z = ({ zWithinLanguage, zElsewhere }: Candidate) => zWithinLanguage ?? zElsewhere;
	const names = ranked
		.slice(0, 3)
		.map(({ label }) => isolated(label))
		.join(", ");
	const where = here.length > 0 ? `in ${language}` : `in other languages (no rows in ${language})`;
	const scale = here.length > 0 ? "within the language" : "median of other languages";
	const unseen = message.analyses.data.predictions.find(({ target }) => target === "Result within language");
	const r2 = unseen?.r2LeaveTeacherOut ?? null;
	return {
		text: `By the quality of their data ${where}, ${names} come first; this is a screening aid, and predicts differences between students of one language poorly.`,
		evidence: [
			...ranked.map((one) => ({
				text: `${isolated(one.label)}: z ${sign(z(one))} ${scale}`,
				file: files.intrinsic,
				link: one.cell ? cellLink(one.cell) : null,
			})),
			...(r2 === null
				? []
				: [
						{
							text: `Results within a language, each teacher unseen: R² ${sign(r2)}`,
							file: files.intrinsic,
							link: { kind: "figure", tab: "data", figure: "honest-r2" } as const,
						},
					]),
		],
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
	const order = cells.toSorted((a, b) => (b.result ?? -1) - (a.result ?? -1));
	const [best] = order;
	if (!anchor || !best) return null;
	const label = (cell: ScoreCell) => labelOf(message, cell.teacher);
	const evidence: Evidence[] = [
		{ text: `base ${fixed(anchor.base)}, reference ${fixed(anchor.ref)}`, file: files.anchors, link: cellLink(best) },
		...order.slice(0, 5).map((cell) => ({
			text: `${label(cell)}: result ${fixed(cell.result)}, gain ${sign(cell.gain)}, PG-Score ${sign(cell.pg)}`,
			file: files.scores,
			link: cellLink(cell),
		})),
	];
	const text = cells.some((cell) => cell.pgrInterpretable)
		? `In ${language} the reference is above the base, so the published PG-Score can be read; the errors of both are unknown.`
		: `In ${language} the published PG-Score must not decide: its reference is not better than its base, so better students score lower. ${label(best)} has the highest result.`;
	return { text, evidence };
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
	const leaders = (leadingOf(own, wish) ?? leadingGroup(estimates)).map((teacher) => labelOf(message, teacher));
	const text =
		leaders.length > 1
			? `Your own results in ${language} do not tell ${leaders.join(", ")} apart.`
			: leaders.length === 1 && estimates.length > 1
				? `Your own results in ${language} put ${leaders[0]} first.`
				: `Your own results in ${language} compare no two teachers on ${wish.studentBase} yet.`;
	return {
		text: `${text}${note}`,
		evidence: own.map((cell) => ({
			text: `${labelOf(message, cell.teacher)} on ${cell.studentBase}: result ${fixed(cell.result)} ± ${fixed(cell.resultStderr === null ? null : 1.96 * cell.resultStderr)}, gain ${sign(cell.gain)}${cell.gainComparison ? ` (${cell.gainComparison.origin})` : ""}`,
			file: files.own,
			link: cellLink(cell),
		})),
	};
}

const labelOf = (message: ScorePanelMessage, teacher: string) =>
	isolated(message.teachers.find(({ name }) => name === teacher)?.label ?? teacher);

/** From the comparison by gain, which is paired by item where items are known; null without one. */
function leadingOf(own: readonly ScoreCell[], wish: Wish): string[] | null {
	const compared = own.filter((cell) => cell.studentBase === wish.studentBase && cell.gainComparison !== null);
	if (compared.length < 2) return null;
	const leading = compared.filter((cell) => cell.gainComparison?.isLeading);
	return leading.toSorted((a, b) => (b.gain ?? 0) - (a.gain ?? 0)).map(({ teacher }) => teacher);
}

/** A hint without a number of its own: net of teacher and student means the published effect is nil. */
export function familyStatement(message: ScorePanelMessage, wish: Wish): Statement | null {
	const base = wish.studentBase.toLowerCase();
	const kin = message.teachers.filter(({ family }) => family !== null && base.includes(family.toLowerCase()));
	const { family } = message.analyses.teachers;
	if (kin.length === 0) return null;
	return {
		text: `${kin.map(({ label }) => label).join(", ")} share the student's family: the paper suggests that helps; test it rather than trust it.`,
		evidence: family
			? [
					{
						text: `Net of teacher and student means the ${family.matched} matched published cells average ${sign(family.pg)} PG and ${sign(family.result)} accuracy.`,
						file: files.scores,
						link: { kind: "figure", tab: "teachers", figure: "family" },
					},
				]
			: [],
	};
}

/** Two means printed to two decimals are level when they differ by this little. */
const level = 0.02;

/** What Table 2 prints for three teachers, by language; means as printed, without rows to check. */
export function strategyStatement(message: ScorePanelMessage, code: string, language: string): Statement {
	const finding = message.analyses.recipe.find(({ name }) => name === "strategies");
	const leads = finding ? strategyLeads(finding, code) : [];
	const [first] = leads;
	const isShared =
		first !== undefined && leads.every(({ strategies }) => strategies.join() === first.strategies.join());
	const lead =
		first === undefined
			? "the paper did not compare strategies there"
			: isShared && first.strategies.length === 1
				? `in the paper's Table 2 ${first.strategies[0]} leads for every teacher`
				: "in the paper's Table 2 no strategy leads for every teacher";
	return {
		text: `Start with equal thirds of the three strategies and test per teacher: for ${language} ${lead}.`,
		evidence: leads.map(({ teacher, strategies, values }) => ({
			text: `${teacher}: ${strategies.join(" and ")} ${strategies.length === 1 ? "is highest" : "are level"} (${values}); printed means, no rows to check`,
			file: files.tables,
			link: { kind: "figure", tab: "recipe", figure: "strategies" },
		})),
	};
}

function strategyLeads({ points }: RecipeFinding, code: string) {
	const own = points.filter(({ group }) => group.endsWith(`, ${code}`));
	return [...Map.groupBy(own, ({ group }) => group)].map(([group, values]) => {
		const sorted = values.toSorted((a, b) => b.value - a.value);
		const best = sorted[0]?.value ?? Number.NaN;
		return {
			teacher: group.slice(0, group.length - code.length - 2),
			strategies: sorted.filter(({ value }) => best - value <= level).map(({ series }) => series),
			values: sorted.map(({ series, value }) => `${series} ${sign(value, 2)}`).join(", "),
		};
	});
}

export function sizeStatement(message: ScorePanelMessage): Statement {
	const { fits } = message.analyses.teachers;
	return {
		text: "Size and benchmark rank do not predict the score: choose by evidence in the language.",
		evidence: fits.map(({ predictor, beta, p, groups }) => ({
			text: `${predictor}: β ${sign(beta)}, p ${fixed(p, 2)} over ${groups} teachers: absence of evidence, not evidence of absence`,
			file: files.scores,
			link: { kind: "figure", tab: "teachers", figure: "size" },
		})),
	};
}

function sign(value: number | null, digits = 3): string {
	if (value === null) return "unknown";
	return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
}

function fixed(value: number | null, digits = 4): string {
	return value === null ? "unknown" : value.toFixed(digits);
}
