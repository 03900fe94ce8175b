/** All scenarios of the generation bench by name; `GENERATE_SCENARIOS=size,halfFail npm run bench generate` runs some of them. */
import { halfFail } from "./half-fail.ts";
import { capped, cappedLongTail, gone, retryAfter, saturated } from "./pace.ts";
import { changed, faults, killed, tornLine } from "./safety.ts";
import { large } from "./size.ts";
import type { Scenario } from "./stand.ts";

const all: Readonly<Record<string, Scenario>> = {
	capped,
	cappedLongTail,
	halfFail,
	retryAfter2: retryAfter(2),
	retryAfter90: retryAfter(90),
	killed,
	tornLine,
	changed,
	size: large,
	faults,
	gone,
	saturated,
};

/** Throws for a name that there is not. */
export function chosenScenarios(names: string | undefined): readonly Scenario[] {
	if (names === undefined) return Object.values(all);
	return names.split(",").map((name) => {
		const scenario = all[name.trim()];
		if (!scenario) throw new Error(`There is no scenario ${name}. There are: ${Object.keys(all).join(", ")}.`);
		return scenario;
	});
}
