/** Our reading of fastText's model against fastText itself, compiled to WebAssembly. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import createFastText from "fasttext.wasm.js/dist/core/fastText.node.js";
import { fastTextDetector } from "../../server/core/language-id/fasttext-detector.ts";
import { seedAt, testLanguages } from "../core/checks/practice-seeds.ts";

const modelFile = await readFile(new URL("../../media/language-id/lid.176.ftz", import.meta.url));
const detect = fastTextDetector(modelFile);
const events = ["uncaughtException", "unhandledRejection"];
const original = await loadOriginal();

async function loadOriginal() {
	const wasm = new URL(import.meta.resolve("fasttext.wasm.js/dist/core/fastText.node.wasm"));
	const silent = () => {};
	const before = events.map((event) => new Set(process.listeners(event as "uncaughtException")));
	const core = await createFastText({ wasmBinary: await readFile(wasm), print: silent, printErr: silent });
	// Its start-up code listens for this process's failures to end it, in which other tests run as well.
	for (const [at, event] of events.entries())
		for (const listener of process.listeners(event as "uncaughtException"))
			if (!before[at]?.has(listener)) process.removeListener(event, listener);
	core.FS.writeFile("model", modelFile);
	const native = new core.FastText();
	native.loadModel("model");
	return (text: string, most: number) => {
		const found = native.predict(text.replace(/[\s\0]+/gu, " ").trim(), most, 0);
		const list = Array.from({ length: found.size() }, (_, at) => found.get(at));
		found.delete();
		return list.map(([score, label]) => ({ label: label.slice("__label__".length), score }));
	};
}

/** Labels may change places where their scores are this near: fastText counts in 32 bits. */
const tolerance = 1e-5;

function check(text: string): void {
	const expected = original(text, 8);
	const found = detect(text, 8);
	for (const [place, { score }] of expected.entries())
		assert.ok(
			Math.abs((found[place]?.score ?? 0) - Math.min(1, score)) < tolerance,
			`${place} of ${text.slice(0, 80)}`,
		);
	const lead = (expected[0]?.score ?? 0) - (expected[1]?.score ?? 0);
	if (lead > tolerance) assert.equal(found[0]?.label, expected[0]?.label);
	assert.deepEqual(detect(text, 1), found.slice(0, 1));
}

test("practice texts of eight languages score as fastText scores them", () => {
	for (const language of testLanguages)
		for (let index = 0; index < 40; index += 1) check(seedAt(language, index).response);
});

test("so does any text: all planes of Unicode, white space, NUL, nothing at all", () => {
	for (const text of ["", " ", "\0", "a", "über", "𝔊𝔬 東京\u3000タワー", "x".repeat(70_000).slice(0, 3000)])
		check(text);
	// A word that reads as fastText's own mark of a line's end would end the text there; here it is a word.
	const anyText = fc
		.string({ unit: "grapheme", maxLength: 200 })
		.filter((text) => !/(?:^|\s)<\/s>(?:\s|$)/u.test(text));
	fc.assert(fc.property(anyText, check), { numRuns: 300 });
});

test("a text of one endless word is read to its end", () => {
	assert.equal(detect("ありがとう".repeat(40_000), 1)[0]?.label, "ja");
});

test("what is no such model is refused", () => {
	assert.throws(() => fastTextDetector(new Uint8Array(100)), /no fastText model/);
});
