/** Filters, counts, distributions and comparisons over the columns of a file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCodes } from "../../../server/core/checks/codes.ts";
import type { Finding } from "../../../server/core/checks/finding.ts";
import { percentileOf, siblingsOf } from "../../../server/core/review/compare-lines.ts";
import { codeSet, codesIn } from "../../../server/core/review/facts.ts";
import { everySample, type ReviewFilter } from "../../../server/core/review/messages.ts";
import { picturesOf } from "../../../server/core/review/metric-pictures.ts";
import { countsOf, facetsOf, selectRows } from "../../../server/core/review/select-rows.ts";
import { ReviewTable, statesOf } from "../../../server/core/review/table.ts";

const finding = (code: Finding["code"], severity: Finding["severity"] = "information"): Finding => ({
	code,
	severity,
	message: "",
	field: null,
	start: null,
	end: null,
	value: null,
	threshold: null,
	source: null,
});

/** Six lines: four samples, one broken, one blank; lengths 10, 20, 30 and none. */
function table(): ReviewTable {
	const made = new ReviewTable(6);
	const sample = (line: number, language: string, teacher: string, length: number | null, seedKey: number | null) =>
		made.set(line, {
			kind: "sample",
			language,
			teacher,
			strategy: "respond",
			key: line + 100,
			seedKey,
			promptKey: line,
			metrics: length === null ? [] : [{ metric: "length", unit: "count", value: length }],
		});
	sample(0, "de", "a", 10, 7);
	sample(1, "de", "b", 20, 7);
	sample(2, "ar", "a", 30, 8);
	sample(3, "", "a", null, null);
	const none = { language: "", teacher: "", strategy: "", key: null, seedKey: null, promptKey: null, metrics: [] };
	made.set(4, { kind: "broken", ...none });
	made.set(5, { kind: "blank", ...none });
	made.setFindings(1, [finding("refusal"), finding("pii")]);
	made.setFindings(2, [finding("stop-words", "hint")]);
	made.setFindings(4, [finding("not-json", "error")]);
	return made;
}

const states = (made: ReviewTable) =>
	statesOf(
		made,
		(key) => (key === 100 ? "accepted" : key === 101 ? "rejected" : null),
		(key) => key === 100,
	);

function check(filter: Partial<ReviewFilter>, expected: readonly number[]): void {
	const made = table();
	assert.deepEqual([...selectRows(made, states(made), { ...everySample, ...filter }).rows], expected);
}

test("without a filter every line that is not blank is a row", () => check({}, [0, 1, 2, 3, 4]));
test("weak is what has more than a hint", () => check({ state: "weak" }, [1, 4]));
test("decisions and what was seen filter samples alone", () => {
	check({ state: "accepted" }, [0]);
	check({ state: "rejected" }, [1]);
	check({ state: "undecided" }, [2, 3]);
	check({ state: "unseen" }, [1, 2, 3]);
});
test("values of one list are alternatives, lists together narrow", () => {
	check({ findings: ["pii", "not-json"] }, [1, 4]);
	check({ languages: ["de", "ar"], teachers: ["a"] }, [0, 2]);
	check({ languages: [""] }, [3]);
	check({ languages: ["xx"] }, []);
});
test("a range holds both its ends, and leaves out what has no value", () => {
	check({ ranges: [{ metric: "length", from: 10, to: 20 }] }, [0, 1]);
	check({ ranges: [{ metric: "unknown", from: 0, to: 1 }] }, []);
});
test("worst first: errors, then the worse code, then as in the file", () => check({ order: "worst" }, [4, 1, 2, 0, 3]));

test("a facet counts what the rest of the filter leaves", () => {
	const made = table();
	const selection = selectRows(made, states(made), { ...everySample, teachers: ["a"] });
	const { languages, teachers, findings } = facetsOf(made, selection);
	assert.deepEqual(languages, [
		{ value: "", count: 1 },
		{ value: "ar", count: 1 },
		{ value: "de", count: 1 },
	]);
	assert.deepEqual(teachers, [
		{ value: "a", count: 3 },
		{ value: "b", count: 1 },
	]);
	assert.deepEqual(findings, [{ value: "stop-words", count: 1 }]);
});

test("a table handed over by a thread is the same table", () => {
	const made = table();
	const copied = ReviewTable.from(structuredClone(made.snapshot()));
	assert.deepEqual(countsOf(copied, states(copied)), countsOf(made, states(made)));
	const selection = selectRows(copied, states(copied), everySample);
	assert.deepEqual(facetsOf(copied, selection), facetsOf(made, selectRows(made, states(made), everySample)));
	assert.deepEqual(picturesOf(copied, selection)[0]?.all, picturesOf(made, selection)[0]?.all);
});

test("counts are of the whole file", () => {
	const made = table();
	assert.deepEqual(countsOf(made, states(made)), {
		samples: 4,
		weak: 2,
		seen: 1,
		accepted: 1,
		rejected: 1,
		left: 2,
		broken: 1,
	});
});

test("a distribution shows the file and what the rest of the filter leaves; a missing value is no zero", () => {
	const made = table();
	const filter = { ...everySample, languages: ["de"], ranges: [{ metric: "length", from: 15, to: 99 }] };
	const [picture] = picturesOf(made, selectRows(made, states(made), filter));
	assert.ok(picture);
	const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
	assert.deepEqual([picture.from, picture.to, picture.missing], [10, 30, 1]);
	assert.deepEqual([sum(picture.all), sum(picture.matched)], [3, 2]);
	assert.deepEqual(picture.points, [{ line: 1, value: 20, isWeak: true }]);
});

test("a percentile is among the samples of the language; of one alone there is none", () => {
	const made = table();
	assert.deepEqual(percentileOf(made, 0, "length"), { percentile: 0.5, among: 2 });
	assert.deepEqual(percentileOf(made, 2, "length"), { percentile: null, among: 1 });
	assert.deepEqual(percentileOf(made, 3, "length"), { percentile: null, among: 0 });
});

test("siblings answer the same seed; lines without one have none", () => {
	assert.deepEqual(siblingsOf(table(), 0, 10), [1]);
	assert.deepEqual(siblingsOf(table(), 3, 10), []);
	assert.deepEqual(siblingsOf(table(), 4, 10), []);
});

test("every check has its own bit in a set of codes", () => {
	assert.ok(checkCodes.length <= 53);
	assert.deepEqual(codesIn(codeSet(checkCodes.map((code) => finding(code)))), [...checkCodes]);
	assert.deepEqual(codesIn(codeSet([finding("pii"), finding("pii")])), ["pii"]);
});
