/** What the panel is told of a file: its overview, rows of its list, one sample. */
import type { Finding } from "../core/checks/finding.ts";
import type { Decisions } from "../core/decisions.ts";
import type { FieldMapping } from "../core/project.ts";
import { percentileOf, siblingsOf } from "../core/review/compare-lines.ts";
import { codesIn } from "../core/review/facts.ts";
import type { ReviewFilter, ReviewOverview, ReviewRow, ReviewSample, ReviewTurn } from "../core/review/messages.ts";
import { picturesOf } from "../core/review/metric-pictures.ts";
import { countsOf, facetsOf, type Selection } from "../core/review/select-rows.ts";
import { decisionNumbers, kinds, type LineStates, type ReviewTable } from "../core/review/table.ts";
import { readLine } from "../core/sample/read-line.ts";
import type { Sample } from "../core/sample/sample.ts";
import type { DecisionBook } from "./decide.ts";
import type { PanelFile } from "./review-panel-file.ts";

/** A file with what was decided about its lines, and what the filter leaves. */
export interface Chosen {
	readonly file: PanelFile;
	readonly states: LineStates;
	readonly selection: Selection;
}

export function overviewOf(
	{ file, states, selection }: Chosen,
	name: string,
	{ line, withMetrics }: { readonly line: number | null; readonly withMetrics: boolean },
): ReviewOverview {
	const { table, version, share, note, readOnly } = file;
	const position = line === null ? -1 : selection.rows.indexOf(line);
	return {
		name,
		version,
		share,
		note,
		readOnly,
		counts: countsOf(table, states),
		matched: selection.rows.length,
		position: position === -1 ? null : position,
		...facetsOf(table, selection),
		metrics: withMetrics ? picturesOf(table, selection) : [],
	};
}

/** Characters of a row's preview. */
const previewLength = 240;

export async function rowsOf(
	{ file, states, selection }: Chosen,
	from: number,
	count: number,
	fields: FieldMapping | undefined,
): Promise<ReviewRow[]> {
	const lines = [...selection.rows.subarray(from, from + count)];
	return Promise.all(
		lines.map(async (line) => {
			const text = await file.text(line);
			const reading = readLine(text, fields);
			const sample = reading.kind === "row" ? reading.sample : null;
			const [worst = null] = codesIn(file.table.codes[line] ?? 0);
			return {
				line,
				language: wordAt(file.table, line, "language") ?? sample?.language ?? null,
				teacher: sample?.model ?? null,
				strategy: sample?.strategy ?? null,
				preview: (sample ? previewOf(sample) : text).slice(0, previewLength),
				finding: worst,
				more: Math.max(0, (file.table.findings[line] ?? 0) - 1),
				isWeak: file.table.isWeak(line),
				...stateOf(states, line),
			};
		}),
	);
}

function wordAt(table: ReviewTable, line: number, column: "language"): string | null {
	return table.kind[line] === kinds.sample ? table.languages.texts[table[column][line] ?? 0] || null : null;
}

function previewOf({ turns }: Sample): string {
	return (turns.find(({ role, text }) => role === "user" && text.trim() !== "") ?? turns.at(-1))?.text ?? "";
}

function stateOf(states: LineStates, line: number): Pick<ReviewRow, "decision" | "isSeen"> {
	const number = states.decision[line];
	const decision =
		number === decisionNumbers.accepted ? "accepted" : number === decisionNumbers.rejected ? "rejected" : null;
	return { decision, isSeen: states.seen[line] === 1 };
}

/** Characters of one turn that are sent at most: a thousand screens. */
const mostCharacters = 400_000;
const mostSiblings = 12;
const rawLength = 4000;

export async function sampleOf(
	file: PanelFile,
	states: LineStates,
	line: number,
	{ decisions, ratings }: Pick<DecisionBook, "decisions" | "ratings">,
): Promise<ReviewSample> {
	const { text, annotation, findings, metrics } = await file.look(line);
	const { sample, language } = annotation;
	const key = annotation.share?.key ?? null;
	return {
		line,
		key,
		id: sample?.id ?? null,
		language,
		teacher: sample?.model ?? null,
		strategy: sample?.strategy ?? null,
		turns: sample ? turnsOf(sample, language) : [],
		raw: sample ? null : text.slice(0, rawLength),
		findings: findings.map((finding) => ({ ...picked(finding), isHidden: isHidden(finding, key, decisions) })),
		metrics: metrics.map(({ metric, unit, value, threshold }) => ({
			metric,
			unit,
			value,
			...percentileOf(file.table, line, metric),
			threshold: threshold ? { value: threshold.value, source: threshold.source } : null,
		})),
		...stateOf(states, line),
		rating: key === null ? null : (ratings?.of(key) ?? null),
		siblings: siblingsOf(file.table, line, mostSiblings),
	};
}

function turnsOf({ turns }: Sample, language: string | null): ReviewTurn[] {
	return turns.map(({ role, text, field }) => ({
		role,
		text: text.slice(0, mostCharacters).replace(/[\ud800-\udbff]$/, text.length > mostCharacters ? "" : "$&"),
		// A system prompt is often English whatever the sample's language.
		language: role === "system" || role === "tool" ? null : language,
		field,
		cut: Math.max(0, text.length - mostCharacters),
	}));
}

function picked({ code, severity, message, field, start, end }: Finding) {
	return { code, severity, message, field, start, end };
}

function isHidden({ code }: Finding, key: number | null, decisions: Decisions | undefined): boolean {
	return key !== null && decisions !== undefined && (decisions.isAccepted(key) || decisions.isHidden(key, code));
}

/** The next row after the line that is wanted, going round once. */
export function nextRow(
	{ file: { table }, states, selection: { rows } }: Chosen,
	line: number | null,
	wanted: "weak" | "unseen" | "undecided",
	order: ReviewFilter["order"],
): { line: number; position: number } | null {
	const start = line === null ? 0 : placeAfter(rows, line, order);
	for (let step = 0; step < rows.length; step += 1) {
		const position = (start + step) % rows.length;
		const candidate = rows[position] ?? 0;
		if (candidate !== line && isWanted(table, states, candidate, wanted)) return { line: candidate, position };
	}
	return null;
}

/** Where to go on after a line that may have left the list. */
function placeAfter(rows: Int32Array, line: number, order: ReviewFilter["order"]): number {
	const place = rows.indexOf(line);
	if (place !== -1) return place + 1;
	const later = order === "file" ? rows.findIndex((row) => row > line) : 0;
	return later === -1 ? 0 : later;
}

function isWanted(
	table: ReviewTable,
	states: LineStates,
	line: number,
	wanted: "weak" | "unseen" | "undecided",
): boolean {
	const isOpen = states.decision[line] === decisionNumbers.none;
	if (wanted === "weak") return isOpen && table.isWeak(line);
	if (table.kind[line] !== kinds.sample) return false;
	return wanted === "unseen" ? states.seen[line] === 0 : isOpen;
}
