/** What a recommendation rests on, and what it refuses to rest on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ownScore } from "../../../server/core/score/own-score.ts";
import { recommend } from "../../../server/core/score/recommend.ts";
import { emptyWorkspace, scoreTable } from "../../../server/core/score/score-table.ts";
import { published } from "./published-files.ts";

const wish = { language: "de", studentBase: "olmo3-7b", samples: 3000 };

function ownRow(teacher: string, value: number, practice = false) {
	return ownScore({
		studentBase: "olmo3-7b",
		teacher,
		language: "de",
		tasks: [{ task: "mgsm", shots: 5, value, stderr: 0.005 }],
		anchor: { base: 0.3, ref: 0.5, base_stderr: 0.005, ref_stderr: 0.005 },
		intrinsic: published.intrinsic[0] ?? null,
		population: published.population,
		practice,
		runId: null,
		createdAt: "2026-01-01T00:00:00Z",
		datasetSha256: null,
		codeVersion: null,
	});
}

const withOwn = (...rows: ReturnType<typeof ownRow>[]) => scoreTable(published, { ...emptyWorkspace, rows });

const textOf = (found: ReturnType<typeof recommend>) => found.statements.map(({ text }) => text).join("\n");

test("German: a PG-Score whose reference is below its base does not decide", () => {
	const found = recommend(scoreTable(published), wish);
	assert.match(textOf(found), /must not decide: its reference is not better than its base/);
	assert.ok(found.candidates.every(({ pg }) => pg === null));
	assert.equal(found.plan.teachers.length, 3);
	assert.equal(found.plan.samplesPerTeacher, 1000);
});

test("Arabic: it can be read, with its unknown errors named", () => {
	const found = recommend(scoreTable(published), { ...wish, language: "ar" });
	assert.match(textOf(found), /can be read; the errors of both are unknown/);
	assert.ok(found.candidates.some(({ pg }) => pg !== null));
});

test("a difference to anchors of another student base is no gain", () => {
	const found = recommend(scoreTable(published), { ...wish, studentBase: "gemma3-4b" });
	assert.ok(found.candidates.every(({ gain }) => gain === null));
	assert.match(textOf(found), /share the student's family.*test it rather than trust it/);
});

test("own results lead, and are told apart only when their errors allow it", () => {
	const apart = recommend(withOwn(ownRow("mine", 0.48), ownRow("yours", 0.35)), wish);
	assert.equal(apart.candidates[0]?.teacher, "mine");
	assert.match(textOf(apart), /put mine first/);
	const level = recommend(withOwn(ownRow("mine", 0.48), ownRow("yours", 0.475)), wish);
	assert.match(textOf(level), /do not tell mine, yours apart/);
});

test("practice scores are no evidence", () => {
	const found = recommend(withOwn(ownRow("practice-careful", 0.9, true)), wish);
	assert.match(textOf(found), /no own score in German yet\. 1 practice score does not count/);
	assert.ok(!found.candidates.some(({ teacher }) => teacher === "practice-careful"));
});

test("a small budget tries fewer teachers, a language without rows says so", () => {
	assert.equal(recommend(scoreTable(published), { ...wish, samples: 400 }).plan.teachers.length, 1);
	const tagalog = recommend(scoreTable(published), { ...wish, language: "tl" });
	assert.match(textOf(tagalog), /no rows in Tagalog/);
	assert.ok(tagalog.candidates.every(({ zWithinLanguage }) => zWithinLanguage === null));
});

test("every sentence with a number behind it names the file and leads to a score or a figure that exists", () => {
	const message = withOwn(ownRow("mine", 0.48), ownRow("yours", 0.35));
	const figures = ["honest-r2", "family", "size", "strategies"];
	for (const language of ["de", "ar", "id", "es"]) {
		const { statements } = recommend(message, { ...wish, language, studentBase: "gemma3-4b" });
		for (const { text, evidence } of statements) {
			const needsNone = /^(There is no own score|The paper trained no student|Start with equal thirds)/u.test(text);
			assert.ok(evidence.length > 0 || needsNone, text);
			for (const { file, link } of evidence) {
				assert.match(file, /^(media\/published|\.polyglot)\/[a-z-]+\.jsonl?$/);
				if (link?.kind === "figure") assert.ok(figures.includes(link.figure), link.figure);
				else if (link) assert.equal(message.cells.filter((cell) => isCell(cell, link.cell)).length, 1);
				else assert.fail(text);
			}
		}
	}
});

const isCell = (cell: object, wanted: object) =>
	Object.entries(wanted).every(([name, value]) =>
		Object.entries(cell).some(([own, its]) => own === name && its === value),
	);

test("strategies are what Table 2 prints: generate in German, no shared leader in Arabic and Indonesian", () => {
	const strategyIn = (language: string) =>
		recommend(scoreTable(published), { ...wish, language }).statements.find(({ text }) => /equal thirds/.test(text));
	assert.match(strategyIn("de")?.text ?? "", /generate leads for every teacher/);
	for (const language of ["ar", "id"]) assert.match(strategyIn(language)?.text ?? "", /no strategy leads/);
	assert.deepEqual(
		strategyIn("ar")?.evidence.map(({ text }) => text.split(" (")[0]),
		["Gemma 3 27B: respond is highest", "Aya Expanse 32B: translate is highest", "Llama 3.1 70B: respond is highest"],
	);
	assert.match(
		strategyIn("id")?.evidence[0]?.text ?? "",
		/translate and generate are level|generate and translate are level/,
	);
	assert.match(strategyIn("es")?.text ?? "", /the paper did not compare strategies there/);
});
