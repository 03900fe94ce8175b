/** The generation engine against the practice server with the faults of generation.md 6.1, beside what others showed there. */
import { chosenScenarios } from "./generate/scenarios.ts";
import type { Bench, BenchRow } from "./main.ts";

/**
 * Figures of others are from generation.md (two cores, Node 22 and 24, loopback, single runs unless a range is
 * given). Curator's engine was run from source with stand-ins for litellm, instructor, posthog and tiktoken, which
 * favours it; nothing here claims a win over its released package.
 */
export async function run(): Promise<Bench> {
	const rows: BenchRow[] = [];
	for (const scenario of chosenScenarios(process.env.GENERATE_SCENARIOS)) {
		rows.push(...(await scenario()));
		console.error(JSON.stringify(rows.at(-1)));
	}
	return {
		name: "generation engine over loopback, practice server in this process, engine in a child where memory and CPU are told",
		rows,
	};
}
