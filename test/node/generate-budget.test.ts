import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { costOf } from "../../server/core/generate/spending.ts";
import { practiceTeachers } from "../../server/practice/teachers.ts";
import { asStranger, finishedRun, type Rig, rig } from "./generate-rig.ts";

const price = { inputPerMillion: 0.5, outputPerMillion: 20, currency: "EUR", asOf: "2026-11-01" };
const currency = "EUR";

interface Case {
	readonly seed: number;
	readonly amount: number;
	readonly maxTokens: number;
	readonly concurrency: number;
}

function optionsOf({ options, folder }: Rig, { seed, amount, maxTokens, concurrency }: Case) {
	const teachers = options.teachers.map((teacher) => ({
		...asStranger(teacher),
		...{ price, concurrency, sampling: { maxTokens } },
	}));
	const output = join(folder, `out-${seed}.jsonl`);
	return { ...options, teachers, output, seed, count: 400, budget: { amount, currency } };
}

/** What the message of a paused run says the next request may cost. */
const nextOf = (message: string | null): number => Number(/may cost up to ([\d.]+)\. Raise/.exec(message ?? "")?.[1]);

test("a cap is never passed, and is used until one more request might pass it", async (context) => {
	const made = await rig(context, { latencyMs: 2 });
	let seed = 0;
	let attempts = 0;
	let held = 0;
	// At the least limit nearly every answer is cut off, and some are asked again with twice the limit.
	for (const maxTokens of [30, 256, 1_000])
		for (const amount of [0.021, 0.0437, 0.1])
			for (const concurrency of [1, 5, 16]) {
				seed += 1;
				const end = await finishedRun(optionsOf(made, { seed, amount, maxTokens, concurrency }));
				const spent = end.spent[currency] ?? 0;
				const name = JSON.stringify({ amount, maxTokens, concurrency, spent, message: end.message });
				assert.ok(spent <= amount, name);
				attempts += end.attempts;
				if (/answers in a row were truncated/.test(end.message ?? "")) continue;
				held += 1;
				assert.equal(end.state, "paused", name);
				const next = nextOf(end.message);
				assert.ok(next <= costOf(price, 8_000, 2 * maxTokens), name);
				// The message rounds to four digits.
				assert.ok(spent + next > amount - 0.0001, name);
			}
	assert.equal(made.server.stats().attempts, attempts);
	assert.ok(attempts > 200 && held >= 18, `${attempts} ${held}`);
});

test("near the cap a lane waits for the answers on the wire, says so, and goes on with what they left", async (context) => {
	const made = await rig(context, { latencyMs: 300 });
	const waits = new Set<string | null>();
	// Answers of about 60 tokens that might have had 1,000: two fit at once, more one after the other.
	const options = optionsOf(made, { seed: 1, amount: 0.045, maxTokens: 1_000, concurrency: 8 });
	const end = await finishedRun({ ...options, onProgress: ({ waiting }) => waits.add(waiting) });
	assert.equal(end.state, "paused");
	assert.ok(end.attempts > 4 && (end.spent[currency] ?? 0) <= 0.045, JSON.stringify(end));
	assert.match([...waits].join(), /budget: answers on the wire may use up the rest/);
});

test("two teachers of one budget share it: one waits for what the other has on the wire", async (context) => {
	const made = await rig(context, { latencyMs: 5 });
	const options = optionsOf(made, { seed: 1, amount: 0.06, maxTokens: 1_000, concurrency: 8 });
	const teachers = practiceTeachers(made.server.baseUrl)
		.slice(0, 2)
		.map((teacher) => ({ ...asStranger(teacher), price, sampling: { maxTokens: 1_000 } }));
	const end = await finishedRun({ ...options, teachers });
	assert.equal(end.state, "paused");
	const spent = end.spent[currency] ?? 0;
	assert.ok(spent <= 0.06 && spent + nextOf(end.message) > 0.06 - 0.0001, JSON.stringify(end));
	assert.ok(end.lanes.every(({ attempts, waiting }) => attempts > 0 && waiting === null));
});
