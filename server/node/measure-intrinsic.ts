/** Measured rows where scores look for them: `.polyglot/intrinsic.jsonl`; of equal teacher and language the last counts. */
import type { MeasureReport } from "../core/measure/measure-report.ts";
import { UserError } from "../core/problem.ts";
import { JsonlLog } from "./jsonl-log.ts";
import { measuredPath } from "./score-workspace.ts";

/** Resolves once the rows are on disk. Throws `UserError` for rows of another grouping, which no score can use. */
export async function keepIntrinsic(folder: string, { by, rows }: MeasureReport): Promise<void> {
	const isByPair = by.length === 2 && by.includes("teacher") && by.includes("language");
	if (!isByPair) throw new UserError("usage", "Scores need rows by teacher and language, and by nothing else.");
	const log = await JsonlLog.open(measuredPath(folder));
	try {
		await Promise.all(rows.map((row) => log.append(row)));
	} finally {
		await log.close();
	}
}
