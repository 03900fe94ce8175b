import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { annotateAll } from "./checks/annotations.ts";
import { seedAt, testLanguages } from "./checks/practice-seeds.ts";

const goodLine = fc
	.constantFrom(...testLanguages)
	.chain((language) => fc.nat(119).map((index) => JSON.stringify(seedAt(language, index))));

/** Lines out of any bytes, decoded as files are; and good lines with any bytes written over them. */
const anyLine = fc.oneof(
	fc.uint8Array({ maxLength: 60 }).map((bytes) => new TextDecoder().decode(bytes)),
	fc.tuple(goodLine, fc.nat(), fc.uint8Array({ maxLength: 4 })).map(([line, at, bytes]) => {
		const place = at % line.length;
		return line.slice(0, place) + new TextDecoder().decode(bytes) + line.slice(place + bytes.length);
	}),
	fc.json(),
	fc
		.record({
			language: fc.constantFrom("de", "ja", "xx", 5),
			prompt: fc.anything(),
			response: fc.string({ unit: "binary" }),
			messages: fc.anything(),
		})
		.map((row) => JSON.stringify(row) ?? ""),
);

test("annotate never throws on any bytes, and every place it names exists", () => {
	void fc.assert(
		fc.property(fc.array(anyLine, { maxLength: 8 }), (lines) => {
			for (const [index, findings] of annotateAll(lines).entries()) {
				for (const { field, start, end } of findings) {
					if (start === null || end === null) continue;
					assert.ok(start >= 0 && start <= end);
					if (field === null) assert.ok(end <= (lines[index]?.length ?? 0));
				}
			}
		}),
		{ numRuns: 1000 },
	);
});

test("what is said of good lines does not change because of bad ones", () => {
	void fc.assert(
		fc.property(
			fc.array(
				fc.uint8Array({ maxLength: 40 }).map((bytes) => `\u0000${new TextDecoder().decode(bytes)}`),
				{ maxLength: 5 },
			),
			(bad) => {
				const good = [0, 1, 2].map((index) =>
					JSON.stringify({ ...seedAt("de", index), response: seedAt("en", index).response }),
				);
				const alone = annotateAll(good);
				const among = annotateAll(good.flatMap((line) => [line, ...bad]));
				assert.deepEqual(
					among.filter((_, index) => index % (bad.length + 1) === 0),
					alone,
				);
			},
		),
		{ numRuns: 50 },
	);
});

test("a line of 20 MB and a hundred thousand brackets are answered in seconds", () => {
	const started = performance.now();
	const lines = [
		JSON.stringify({ language: "de", prompt: "x", response: "ab ".repeat(7_000_000) }),
		JSON.stringify({ language: "ja", prompt: "x", response: "あいうえおかきくけこ".repeat(700_000) }),
		"[".repeat(1_000_000),
		`{"a":${'{"a":'.repeat(100_000)}`,
		JSON.stringify({ language: "de", prompt: "`".repeat(1_000_000), response: "$".repeat(1_000_000) }),
		JSON.stringify({ language: "de", prompt: "<".repeat(1_000_000), response: "a.".repeat(1_000_000) }),
	];
	annotateAll(lines);
	assert.ok(performance.now() - started < 20_000);
});
