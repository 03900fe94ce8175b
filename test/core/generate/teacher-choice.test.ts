import assert from "node:assert/strict";
import { test } from "node:test";
import { teacherChoices } from "../../../server/core/generate/teacher-choice.ts";

const teachers = [
	{ name: "gemma", model: "google/gemma-3-27b-it" },
	{ name: "llama", model: "meta-llama/Llama-3.1-8B-Instruct" },
	{ name: "aya", model: "CohereLabs/aya-expanse-32b" },
];
const scored = [
	{ teacher: "gemma-3-27b-it", z: 0.6, source: "published" as const },
	{ teacher: "aya-expanse-32b", z: 0.2, source: "published" as const },
	{ teacher: "llama-3.1-8b-instruct", z: -0.4, source: "published" as const },
	{ teacher: "aya-expanse-32b", z: 0.9, source: "own" as const },
];

function check(model: string | null, known: typeof scored, expected: readonly string[]): void {
	const choices = teacherChoices(model, "German", teachers, known);
	assert.deepEqual(
		choices.map(({ name, reason }) => `${name}: ${reason}`),
		expected,
	);
}

test("the same teacher first, then better ones with both numbers, own scores before published", () =>
	check("llama-3.1-8b", scored, [
		"llama: the same teacher",
		"aya: data z +0.90 in German (own), the present one −0.40",
		"gemma: data z +0.60 in German (published), the present one −0.40",
	]));
test("a teacher that scores no better is not called better", () =>
	check("google/gemma-3-27b-it", scored.slice(0, 3), ["gemma: the same teacher"]));
test("of an unknown author, teachers with a score are offered and the gap is said", () =>
	check(null, scored.slice(0, 1), ["gemma: data z +0.60 in German (published); of the present one none is known"]));
test("without any score nobody is called better", () =>
	check(
		"gemma",
		[],
		["gemma: the same teacher", "llama: no score of either in German", "aya: no score of either in German"],
	));
