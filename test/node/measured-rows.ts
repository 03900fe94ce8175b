/** Puts measured rows where scores look for them, as `polyglot measure --keep` does. */
import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { IntrinsicRow } from "../../server/core/score/rows.ts";
import { measuredPath } from "../../server/node/score-workspace.ts";

export async function keepMeasured(folder: string, rows: readonly IntrinsicRow[]): Promise<void> {
	await mkdir(dirname(measuredPath(folder)), { recursive: true });
	await appendFile(measuredPath(folder), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
