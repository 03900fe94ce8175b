/** An open file after any edits says what the same text says opened anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { annotateLine, nearThreshold } from "../../server/core/annotate.ts";
import { comparedText, nearestByKey } from "../../server/core/checks/near-duplicate.ts";
import { collectSignatures } from "../../server/core/near-duplicates/signature-columns.ts";
import { AnnotatedFile } from "../../server/language/annotated-file.ts";
import { LineDocument } from "../../server/language/line-document.ts";
import type { Work } from "../../server/language/line-work.ts";
import { defaultOptions } from "../core/checks/annotations.ts";
import { seedAt } from "../core/checks/practice-seeds.ts";

/** Lines that come more than once, differ in a word, are of unusual length, in another language, or no samples. */
const pool = [
	...Array.from({ length: 14 }, (_, index) => JSON.stringify(seedAt("de", index))),
	JSON.stringify({ ...seedAt("de", 1), response: `${seedAt("de", 1).response} Gut.` }),
	JSON.stringify({ ...seedAt("de", 2), response: seedAt("en", 2).response }),
	JSON.stringify({ ...seedAt("de", 3), response: seedAt("de", 3).response.repeat(30) }),
	JSON.stringify({ ...seedAt("de", 3), response: "Ja." }),
	JSON.stringify({ ...seedAt("de", 5), strategy: "translate" }),
	"",
	'{"prompt": ',
	"[1]",
];

const line = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...pool) }, fc.string({ maxLength: 20 }));
const edit = fc.record({
	at: fc.double({ min: 0, max: 1, noNaN: true }),
	length: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 2000 })),
	text: fc.oneof(
		fc.constantFrom("x", "\n", "", '"', "}\n{", "\r\n", " Wort"),
		fc.array(line, { maxLength: 3 }).map((lines) => lines.join("\n")),
	),
	/** How many pieces of work a thread takes after the edit, and how many it has answered by the next one. */
	taken: fc.nat({ max: 3 }),
	answered: fc.nat({ max: 3 }),
	isWhole: fc.constantFrom(false, false, false, false, true),
});
type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;

function open(text: string): AnnotatedFile {
	return new AnnotatedFile(new LineDocument("file:///a.jsonl", "jsonl", 1, text), defaultOptions);
}

/** What a thread does, without one. */
function answer(file: AnnotatedFile, work: Work): void {
	const annotations = work.texts.map((text) => annotateLine(text, defaultOptions, work.depth));
	const signatures = collectSignatures();
	for (const { sample, share } of annotations)
		if (work.depth === "all" && sample && share) signatures.add(comparedText(sample));
	file.accept(work, { annotations, signatures: signatures.finish() });
}

function apply(file: AnnotatedFile, { at, length, text, isWhole }: Edit, version: number): void {
	const before = file.document.getText();
	if (isWhole) {
		file.change([{ text: before.slice(0, at * before.length) }], version);
		return;
	}
	const start = Math.floor(at * before.length);
	const range = {
		start: file.document.positionAt(start),
		end: file.document.positionAt(Math.min(before.length, start + length)),
	};
	file.change([{ range, text }], version);
}

function readToEnd(file: AnnotatedFile): void {
	file.readUntil(Number.POSITIVE_INFINITY, () => 0);
	searchNearDuplicates(file);
}

function searchNearDuplicates(file: AnnotatedFile): void {
	const signing = file.signed();
	let step = signing.next();
	while (!step.done) step = signing.next();
	assert.ok(step.value);
	file.setNearest(nearestByKey(step.value.signatures, step.value.keys, nearThreshold(defaultOptions)));
}

function findingsOf(file: AnnotatedFile) {
	return Array.from({ length: file.lineCount }, (_, index) => file.findings(index));
}

test("after any edits, read here or by threads, a file says what it says opened anew", () => {
	const property = fc.property(
		fc.array(line, { maxLength: 40 }),
		fc.array(edit, { minLength: 1, maxLength: 12 }),
		(lines, edits) => {
			const file = open(lines.join("\n"));
			const underWay: Work[] = [];
			for (const [index, one] of edits.entries()) {
				apply(file, one, index + 2);
				for (let count = 0; count < one.taken; count += 1) {
					const work = file.take();
					if (work) underWay.push(work);
				}
				for (const work of underWay.splice(0, one.answered)) answer(file, work);
				// Someone looks while all this goes on.
				findingsOf(file);
				if (index % 3 === 0) readToEnd(file);
			}
			readToEnd(file);
			for (const work of underWay) answer(file, work);
			const anew = open(file.document.getText());
			readToEnd(anew);
			assert.equal(file.lineCount, anew.lineCount);
			assert.deepEqual(findingsOf(file), findingsOf(anew));
			for (let index = 0; index < file.lineCount; index += 1)
				assert.deepEqual(file.groupLengths(index), anew.groupLengths(index));
		},
	);
	fc.assert(property, { numRuns: 80 });
});

test("threads alone read a file to its end, the lines in view first", () => {
	const file = open(Array.from({ length: 1200 }, (_, index) => pool[index % pool.length]).join("\n"));
	file.look(700, 710);
	const first = file.take();
	assert.equal(first?.depth, "all");
	assert.equal(first?.states.length, 10);
	const depths: string[] = [];
	for (let work: Work | undefined = first; work; work = file.take()) {
		depths.push(work.depth);
		answer(file, work);
	}
	// A first look at every line comes before the rest of any.
	assert.ok(depths.lastIndexOf("first") < depths.indexOf("all", 1));
	assert.ok(file.isComplete);
	const anew = open(file.document.getText());
	readToEnd(anew);
	searchNearDuplicates(file);
	assert.deepEqual(findingsOf(file), findingsOf(anew));
});

test("an edit leaves one line to read", () => {
	const file = open(Array.from({ length: 300 }, (_, index) => pool[index % 14]).join("\n"));
	readToEnd(file);
	const at = { line: 150, character: 30 };
	file.change([{ range: { start: at, end: at }, text: "x" }], 2);
	assert.equal(file.unreadCount, 1);
});
