/** A long list's window: exact while a browser can scroll so far, in proportion beyond. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scrollFor, windowAt } from "../../../webview/review/row-window.ts";

const viewport = 600;
const rowHeight = 46;

test("at the top and at the end the first and the last rows are drawn", () => {
	for (const rows of [20, 1000, 100_000, 5_000_000]) {
		const start = windowAt(0, viewport, rows, rowHeight);
		assert.equal(start.first, 0);
		const end = windowAt(start.height - viewport, viewport, rows, rowHeight);
		assert.equal(end.first + end.count, rows);
	}
});

test("no list is taller than a browser can scroll, and no more rows are drawn than fit", () => {
	for (const rows of [0, 3, 1_000_000, 5_000_000]) {
		const { height, count } = windowAt(0, viewport, rows, rowHeight);
		assert.ok(height <= 15_000_000);
		assert.ok(count <= 14 + 12 + 1, `${count}`);
	}
});

test("whatever the scroll position, the rows drawn cover the view", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 3_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, place) => {
			const { height } = windowAt(0, viewport, rows, rowHeight);
			const scrollTop = place * Math.max(0, height - viewport);
			const { top, count, first } = windowAt(scrollTop, viewport, rows, rowHeight);
			assert.ok(top <= scrollTop + 0.001, `${top} > ${scrollTop}`);
			const isEnd = first + count === rows;
			assert.ok(isEnd || top + count * rowHeight >= scrollTop + viewport - 0.001);
		}),
	);
});

test("a row scrolled to is wholly in view, and one in view stays where it is", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 3_000_000 }), fc.nat(), (rows, wanted) => {
			const row = wanted % rows;
			const target = scrollFor(row, 0, viewport, rows, rowHeight) ?? 0;
			// Half a row of slack: a browser rounds, and a list in proportion rounds more.
			const again = scrollFor(row, target, viewport, rows, rowHeight);
			assert.ok(again === null || Math.abs(again - target) < 1, `${again} after ${target}`);
		}),
	);
});
