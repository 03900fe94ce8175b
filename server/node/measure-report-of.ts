/** What a finished measurement says, from its table and groups. */
import { agreementOf } from "../core/measure/agreement.ts";
import { type Calibration, calibrationOf, fewCalibrated } from "../core/measure/calibration.ts";
import type { GroupMeasure } from "../core/measure/group-measure.ts";
import { lexicalBackend } from "../core/measure/lexical-embedding.ts";
import type { MeasureReport } from "../core/measure/measure-report.ts";
import type { Draw } from "../core/measure/measure-wish.ts";
import { type Backends, type MeasuredRow, measuredRow } from "../core/measure/measured-row.ts";
import { failureWarning } from "../core/measure/ratings.ts";
import type { SampleMap } from "../core/measure/sample-values.ts";
import type { MeasureState } from "./measure-state.ts";
import { tokenizerName } from "./measure-tokenizer.ts";

export async function reportOf(state: MeasureState, map: SampleMap | null): Promise<MeasureReport> {
	const { request, table, drawn, counts, draw } = state;
	const { embeddings, judges, scorer, by, files, isPaperCompatible, hasNoise, tokenizer } = request;
	const backends: Backends = {
		embeddings: embeddings?.backend ?? lexicalBackend,
		judge: judges[0]?.backend ?? null,
		scorer: scorer?.backend ?? null,
		tokenizer: tokenizer === null ? null : tokenizerName(tokenizer),
		isPaperCompatible,
		hasNoise,
	};
	const names = files.map(({ name }) => name);
	const finished = state.groups.finished();
	const rows: MeasuredRow[] = [];
	for (const { measure, sha256 } of finished) {
		// Duplicates of a large group take a while: whoever else lives in this process gets its turn between two.
		await new Promise((resolve) => setImmediate(resolve));
		state.signal.throwIfAborted();
		const ids = draw ? measure.rows.map((row) => table.name(row, names)) : null;
		const sample = { seed: draw?.seed ?? null, size: draw?.size ?? null, sha256, ids };
		rows.push(measuredRow(measure, table, backends, sample));
	}
	const groups = finished.map(({ measure }) => measure);
	const calibration = calibrationsOf(state);
	return {
		files: names,
		by: [...by],
		lines: drawn?.lines ?? counts.lines,
		unreadable: drawn?.unreadable ?? counts.unreadable,
		not_drawable: drawn?.notDrawable ?? 0,
		rows,
		agreement: judges.length < 2 ? null : judgesAgreement(state, groups),
		calibration,
		spent: { ...request.journal?.spent },
		map,
		warnings: [
			...[embeddings, ...judges, scorer].flatMap((source) => source?.warnings() ?? []),
			...groups.flatMap((measure) => groupWarnings(measure, draw)),
			...(calibration ?? []).flatMap(calibrationWarnings),
		],
	};
}

function judgesAgreement({ request, table }: MeasureState, groups: readonly GroupMeasure[]) {
	const ratingsOf = (rows: Iterable<number>) =>
		[...rows]
			.filter((row) => table.isComplete(row))
			.map((row) => table.ratings.map((column) => column.at(row) || null));
	return agreementOf(
		request.judges.map(({ backend }) => backend),
		ratingsOf(table.ids.keys()),
		groups.map(({ rows }) => ratingsOf(rows)),
	);
}

function calibrationsOf({ request, table, humanRatings }: MeasureState): Calibration[] | null {
	if (humanRatings.size === 0 || request.judges.length === 0) return null;
	return request.judges.map(({ backend }, judge) =>
		calibrationOf(
			backend,
			[...humanRatings].map(([row, rating]) => [rating, table.ratings[judge]?.at(row) || null]),
		),
	);
}

function calibrationWarnings({ judge, n, alpha }: Calibration): string[] {
	if (n < fewCalibrated)
		return [`${judge}: only ${n} samples were rated by people as well; ${fewCalibrated} say something.`];
	return alpha !== null && alpha < 0.4
		? [`${judge} agrees with people hardly better than by chance (alpha ${alpha.toFixed(2)} on ${n} samples).`]
		: [];
}

function groupWarnings(group: GroupMeasure, draw: Draw | null): string[] {
	const { name, ratings, rows } = group;
	const rate = ratings.failureRate;
	const failed = `${name}: ${((rate ?? 0) * 100).toFixed(1)} % of the judge's answers failed; its mean may be off.`;
	const few = `${name}: there are ${rows.length} of the ${draw?.size} rows asked for.`;
	return [
		...(rate !== null && rate > failureWarning ? [failed] : []),
		...(draw && rows.length < draw.size ? [few] : []),
	];
}
