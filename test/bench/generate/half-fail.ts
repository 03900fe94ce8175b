/** Half of the first tries fail: does the retry phase keep the limit busy, or collapse as others do? */
import { startGenerateRun } from "../../../server/node/generate-run.ts";
import { row, type Scenario, standing, widened } from "./stand.ts";

const allowed = 50;
const count = 2_000;

/** Mean shares in use from the first retry until too little work is left to fill them: of the present limit, and of what is allowed. */
export const halfFail: Scenario = () =>
	standing({ latencyMs: 200, firstTry500: 0.5 }, async ({ server, options }) => {
		const ofPresent: number[] = [];
		const ofAllowed: number[] = [];
		const run = await startGenerateRun(widened(options, allowed, count));
		const limitNow = () => run.monitor().lanes[0]?.limit ?? allowed;
		const probe = setInterval(() => {
			const { repeats, served, inFlight } = server.stats();
			if (repeats === 0 || count - served <= 2 * allowed) return;
			ofPresent.push(Math.min(1, inFlight / limitNow()));
			ofAllowed.push(Math.min(1, inFlight / allowed));
		}, 10);
		const end = await run.ended;
		clearInterval(probe);
		const limits = run.monitor().lanes[0]?.limits ?? [];
		const fullAt = limits.find(({ limit }) => limit >= allowed)?.atS;
		const cuts = limits.filter(({ limit }, at) => limit < (limits[at - 1]?.limit ?? 0)).length;
		const full = fullAt === undefined ? "never at 50" : `at 50 after ${fullAt.toFixed(1)} s`;
		const measured = `${percent(ofAllowed)} of 50 busy, ${percent(ofPresent)} of the present limit, ${full}, ${cuts} cuts, ${count - end.accepted} lost`;
		const ok = mean(ofAllowed) >= 0.8 && mean(ofPresent) >= 0.8 && end.accepted === count;
		const scenario = `half of the first tries answer 500, limit ${allowed}, ${count.toLocaleString("en")} rows, 200 ms`;
		return [row(scenario, measured, ">= 80 % of 50", ok, "Curator: 4 %")];
	});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const percent = (values: readonly number[]) => `${Math.round(100 * mean(values))} %`;
