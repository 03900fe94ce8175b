import assert from "node:assert/strict";
import { test } from "node:test";
import {
	draftCells,
	draftCurrency,
	draftProblems,
	type GenerationDraft,
	practiceSeedLanguages,
	suggestedOutput,
} from "../../../server/core/generate/draft.ts";

const draft: GenerationDraft = {
	teachers: ["one", "two"],
	languages: ["de", "ar"],
	strategies: ["generate", "translate", "respond"],
	each: "10",
	own: {},
	seeds: ["/seeds.jsonl"],
	output: "samples.jsonl",
	budget: "",
	acceptByChecks: true,
	reuse: true,
	probe: true,
};
const teacher = (name: string, currency: string | null, isPractice = false) => ({ name, currency, isPractice });
const priced = [teacher("one", "EUR"), teacher("two", "EUR")];

test("the paper's mix is equal thirds; the first strategies take what is left over", () =>
	assert.deepEqual(
		draftCells({ ...draft, teachers: ["one"], languages: ["de"] }).map(({ strategy, target }) => [strategy, target]),
		[
			["generate", 4],
			["translate", 3],
			["respond", 3],
		],
	));

test("a cell may have a count of its own, and 0 leaves it out", () => {
	const own = { "one/de/generate": "7", "one/de/translate": "0" };
	const cells = draftCells({ ...draft, own, teachers: ["one"], languages: ["de"] });
	assert.deepEqual(
		cells.map(({ strategy, target }) => [strategy, target]),
		[
			["generate", 7],
			["respond", 3],
		],
	);
});

test("a whole draft has no problem", () => check({}, []));
test("what is missing is named in the order of the form", () =>
	check({ teachers: [], languages: [], strategies: [], seeds: [] }, ["teachers", "languages", "strategies", "seeds"]));
test("a count that is no number is named with its cell", () =>
	check({ own: { "two/ar/respond": "many" } }, ["two/ar/respond"]));
test("counts are whole and not too large", () => {
	for (const each of ["1.5", "-1", "", "1e3", "10000000"]) check({ each }, ["each"]);
});
test("a grid of zeros asks for nothing", () => check({ each: "0" }, ["each"]));
test("samples go into a JSONL file of the workspace", () => {
	for (const output of ["samples.json", "", ".jsonl", "/tmp/a.jsonl", "../a.jsonl", "a/../../b.jsonl", "C:\\a.jsonl"])
		check({ output }, ["output"]);
	for (const output of ["a.jsonl", "data/a.b.jsonl", null]) check({ output }, []);
});
test("the suggested name is free, and names the languages where they are few", () => {
	assert.equal(suggestedOutput({ ...draft, languages: ["de"] }, ["samples.de.jsonl"]), "samples.de-2.jsonl");
	assert.equal(suggestedOutput({ ...draft, languages: ["de", "ar", "id", "cs"] }, []), "samples.jsonl");
});
test("a cap is an amount above 0", () => {
	check({ budget: "2.5" }, []);
	for (const budget of ["0", "-1", "much"]) check({ budget }, ["budget"]);
});

test("a cap that cannot be held is refused, with the teacher that has no price", () => {
	const [problem] = draftProblems({ ...draft, budget: "1" }, [teacher("one", "EUR"), teacher("two", null)]);
	assert.match(problem?.message ?? "", /no price for two/);
	const [mixed] = draftProblems({ ...draft, budget: "1" }, [teacher("one", "EUR"), teacher("two", "USD")]);
	assert.match(mixed?.message ?? "", /EUR and USD/);
});

test("the cap's currency is that of the chosen teachers' prices", () => {
	assert.equal(draftCurrency({ ...draft, teachers: ["two"] }, [teacher("one", "USD"), teacher("two", "EUR")]), "EUR");
	assert.equal(draftCurrency(draft, [teacher("one", null, true), teacher("two", null, true)]), null);
});

test("shipped seeds are taken in each language, and in another one for translation", () => {
	const shipped = ["ar", "de", "en", "es"];
	const cell = (language: string, strategy: "translate" | "respond") => ({ teacher: "one", language, strategy });
	assert.deepEqual(practiceSeedLanguages([cell("de", "respond"), cell("ar", "translate")], shipped), ["de", "en"]);
	assert.deepEqual(practiceSeedLanguages([cell("en", "translate"), cell("fr", "respond")], shipped), ["es"]);
});

/** Fields of the problems. */
function check(change: Partial<GenerationDraft>, expected: readonly string[]): void {
	assert.deepEqual(
		draftProblems({ ...draft, ...change }, priced).map(({ field }) => field),
		expected,
	);
}
