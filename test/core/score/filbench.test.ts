/** The Tagalog recipe's FilBench scores from their tasks and categories, and what Table 19 prints of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mediaJson, published, tables } from "./published-files.ts";

const near = (actual: number, expected: number, tolerance: number, what: string) =>
	assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} against ${expected}`);

interface Step {
	readonly step: string;
	readonly filbench_score: number;
	readonly category_scores: Readonly<Record<string, number>>;
	readonly mean_of_category_scores: number;
	readonly consistent: boolean;
}
const steps: readonly Step[] = mediaJson("tagalog-ablation.json");
const meanOf = (step: Step) => {
	const scores = Object.values(step.category_scores);
	assert.equal(scores.length, 4);
	return scores.reduce((sum, score) => sum + score, 0) / scores.length;
};

test("FilBench is the mean of its four categories in six of seven steps; the third is apart by 1.70", () => {
	assert.equal(steps.length, 7);
	const off = steps.filter((step) => Math.abs(step.filbench_score - meanOf(step)) > 1e-9);
	assert.deepEqual(
		off.map(({ step }) => step),
		["+better teacher (Aya Expanse 32B)"],
	);
	for (const step of steps) {
		near(step.mean_of_category_scores, meanOf(step), 1e-9, step.step);
		assert.equal(step.consistent, !off.includes(step));
	}
	const [third] = off;
	near(Number(third?.filbench_score), 48.19, 5e-3, "stated");
	near(meanOf(third as Step), 49.89, 5e-3, "mean of its categories");
});

test("with the third step as its categories have it, the next step loses .37 where 1.33 is printed", () => {
	const [, , third, fourth] = steps;
	assert.ok(third && fourth);
	near(fourth.filbench_score - third.filbench_score, 1.33, 2e-2, "as stated");
	near(fourth.filbench_score - meanOf(third), -0.37, 2e-2, "as recomputed");
});

test("the panel's finding says the same of them", () => {
	assert.deepEqual(
		published.tagalogSteps.map(({ consistent }) => consistent),
		steps.map(({ consistent }) => consistent),
	);
});

test("Figure 9 and Table 19 print what the files state, to half a unit of their last place", () => {
	const printed: readonly number[] = tables.fig9_tagalog;
	assert.equal(printed.length, steps.length);
	for (const [index, step] of steps.entries())
		near(step.filbench_score, Number(printed[index]), 0.05 + 1e-9, step.step);
	// The four of the seven that the table names.
	const rows = { "10K-Public": 0, "10K-GPT-4oM": 1, "10K-Polyglot-TL 4B": 3, "25K-Polyglot-TL 4B": 4 };
	for (const [name, index] of Object.entries(rows))
		near(Number(steps[index]?.filbench_score), tables.table19_filbench[name], 0.005 + 1e-9, name);
});
