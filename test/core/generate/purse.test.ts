import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CellProgress } from "../../../server/core/generate/cell-progress.ts";
import { mostPromptTokens, Purse } from "../../../server/core/generate/purse.ts";
import { textsSchema } from "../../../server/core/generate/reply.ts";

const price = { inputPerMillion: 1, outputPerMillion: 4, currency: "EUR", asOf: "2026-11-01" };
const teacher = { name: "a", baseUrl: "http://a", model: "m", price };
const cell = () => new CellProgress({ teacher: "a", language: "de", strategy: "generate", target: 1_000 }, 0);
const messages = [{ role: "user", content: "日本" }] as const;

test("a prompt is reckoned by its bytes and what a chat template may put around it", () => {
	assert.equal(mostPromptTokens({ messages: [...messages] }), 64 + 16 + 6);
	const schema = textsSchema("response");
	const asked = mostPromptTokens({ messages: [...messages], answer: { form: "strict", schema } });
	assert.equal(asked, 64 + 16 + 6 + JSON.stringify(schema).length);
});

test("an answer is reckoned by its limit; without one by twice the longest that was seen", () => {
	const purse = new Purse({ amount: 1, currency: "EUR" }, [], [teacher]);
	const most = (maxTokens?: number) => purse.most(teacher, { model: "m", messages: [...messages], maxTokens });
	assert.equal(most(100), (86 + 400) / 1e6);
	assert.equal(most(), (86 + 4 * 1_600) / 1e6);
	purse.answered("a", 2_000);
	assert.equal(most(), (86 + 4 * 4_000) / 1e6);
	assert.equal(most(100), (86 + 4 * 2_000) / 1e6);
	assert.equal(new Purse(undefined, [], []).most(teacher, { model: "m", messages: [] }), 0);
});

test("whatever is sent and comes back, and in whatever order, never exceeds the budget", () => {
	const sent = fc.record({
		most: fc.double({ min: 1e-6, max: 1, noNaN: true }),
		share: fc.double({ min: 0, max: 1, noNaN: true }),
	});
	fc.assert(
		fc.property(
			fc.double({ min: 0.01, max: 5, noNaN: true }),
			fc.array(sent, { maxLength: 40 }),
			fc.nat(8),
			(amount, all, lag) => {
				const progress = cell();
				const purse = new Purse({ amount, currency: "EUR" }, [progress], [teacher]);
				const onTheWire: typeof all = [];
				const comeBack = () => {
					const back = onTheWire.shift();
					if (!back) return;
					progress.promptTokens += back.most * back.share * 1e6;
					purse.putBack([back.most]);
				};
				for (const one of all) {
					if (onTheWire.length > lag) comeBack();
					if (purse.setAside(one.most)) onTheWire.push(one);
					else if (purse.isIdle) assert.ok(progress.promptTokens / 1e6 + one.most > amount * (1 - 1e-8));
				}
				while (onTheWire.length > 0) comeBack();
				assert.ok(progress.promptTokens / 1e6 <= amount);
				assert.ok(purse.isIdle);
			},
		),
	);
});
