/** The generation engine against the practice server with the faults of generation.md 6.1, beside what others showed there. */
import { chosenScenarios } from "./generate/scenarios.ts";
import type { Bench, BenchRow } from "./main.ts";

/** Printed with the table, since the figures of others mean nothing without it. */
const caveats =
	"others: measured earlier on two cores, Node 22 and 24, loopback, single runs; Curator's engine from source with stand-ins for litellm,\ninstructor, posthog and tiktoken, which favours it: no win over its released package is claimed";

export async function run(): Promise<Bench> {
	const rows: BenchRow[] = [];
	for (const scenario of chosenScenarios(process.env.GENERATE_SCENARIOS)) {
		rows.push(...(await scenario()));
		console.error(JSON.stringify(rows.at(-1)));
	}
	return {
		name: `generation engine over loopback, practice server in this process, engine in a child where memory and CPU are told\n${caveats}`,
		rows,
	};
}
