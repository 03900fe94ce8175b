/** Every golden message of the trainer protocol is read, or refused with its code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type * as z from "zod/mini";
import { TrainerError } from "../../../server/core/trainer/errors.ts";
import { type RunEvent, RunEventOfRun, readEvent } from "../../../server/core/trainer/events.ts";
import { defaultLimits } from "../../../server/core/trainer/limits.ts";
import {
	firstIssue,
	Notification,
	Response,
	readParams,
	readRequest,
	readServerMessage,
} from "../../../server/core/trainer/messages.ts";
import { type MethodName, methods } from "../../../server/core/trainer/methods.ts";
import { checkRow } from "../../../server/core/trainer/rows.ts";
import { advance, emptyRunView, place, type RunView } from "../../../server/core/trainer/run-view.ts";
import { EvalSpec, MeasureSpec, TrainSpec } from "../../../server/core/trainer/spec.ts";

interface Golden {
	readonly name: string;
	readonly kind: string;
	readonly message: unknown;
	readonly code?: string;
	readonly param?: string;
}

const read = <T>(file: string): T[] =>
	readFileSync(new URL(`../../fixtures/protocol/${file}.jsonl`, import.meta.url), "utf8")
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line));

const specs: Record<string, z.ZodMiniType> = { trainSpec: TrainSpec, evalSpec: EvalSpec, measureSpec: MeasureSpec };

/** The code a message is refused with, and where, or undefined if it is accepted. */
function refusal({ kind, message }: Golden): { code: string; param?: string } | undefined {
	const [family = "", detail = ""] = kind.split(":");
	switch (family) {
		case "text":
			return thrown(() => {
				const { method, params } = readRequest(String(message), defaultLimits);
				readParams(method, params);
			});
		case "request":
			return refusal({ name: "", kind: "text", message: JSON.stringify(message) });
		case "row": {
			const line = String(message);
			const size = { bytes: Buffer.byteLength(line), rowBytes: defaultLimits.rowBytes };
			return checkRow(detail as "sft-jsonl", line, size);
		}
		case "event": {
			const event = RunEventOfRun.safeParse(message);
			const isUnknown = event.success && !event.data.type.match(/^(run\.(?!haiku)|eval|measure|artifact)/);
			return event.success && (isUnknown || readEvent(event.data)) ? undefined : { code: "invalid_event" };
		}
		case "result":
			return schemaRefusal(methods[detail as MethodName].result, message);
		case "error":
			return schemaRefusal(Response, message);
		case "notification":
			return schemaRefusal(Notification, message);
		default:
			return schemaRefusal(specs[family] ?? assert.fail(`unknown kind ${kind}`), message, "invalid_spec");
	}
}

function thrown(run: () => void): { code: string } | undefined {
	try {
		run();
		return undefined;
	} catch (error) {
		assert.ok(error instanceof TrainerError, String(error));
		return { code: error.code };
	}
}

function schemaRefusal(
	schema: z.ZodMiniType,
	value: unknown,
	code = "invalid",
): { code: string; param?: string } | undefined {
	const parsed = schema.safeParse(value);
	return parsed.success ? undefined : { code, param: firstIssue(parsed.error).param };
}

for (const file of ["valid-requests", "valid-specs", "valid-rows", "valid-results", "valid-events"]) {
	for (const golden of read<Golden>(file)) {
		test(`${file}: ${golden.name}`, () => assert.equal(refusal(golden), undefined));
	}
}

for (const file of ["invalid-requests", "invalid-specs", "invalid-rows", "invalid-events"]) {
	for (const golden of read<Golden>(file)) {
		test(`${file}: ${golden.name}`, () => {
			const got = refusal(golden);
			assert.equal(got?.code, golden.code);
			if (golden.param !== undefined) assert.equal(got?.param, golden.param);
		});
	}
}

for (const golden of read<Golden>("valid-results").filter(({ kind }) => kind === "error" || kind === "notification")) {
	test(`the client reads ${golden.name}`, () => assert.ok(readServerMessage(JSON.stringify(golden.message))));
}

interface Sequence {
	readonly name: string;
	readonly events: RunEvent[];
	readonly outcomes: string[];
	readonly view: Record<string, unknown>;
}

for (const { name, events, outcomes, view } of read<Sequence>("sequences")) {
	test(`sequence: ${name}`, () => {
		let shown = emptyRunView("r-7f3k2m9q");
		const got = events.map((event) => {
			const outcome = place(shown.cursor, event.seq);
			shown = advance(shown, event);
			return outcome;
		});
		assert.deepEqual(got, outcomes);
		assert.deepEqual(summary(shown), view);
	});
}

function summary(view: RunView): Record<string, unknown> {
	const { cursor, state, reason, fault, isFinal, attempt, metrics, warnings, checkpoints, results, unread } = view;
	return {
		cursor,
		state,
		reason,
		fault,
		final: isFinal,
		attempt,
		loss: metrics.map(({ step, loss }) => [step, loss]),
		evalLoss: metrics.flatMap(({ step, evalLoss }) => (evalLoss === undefined ? [] : [[step, evalLoss]])),
		warnings: warnings.map(({ code }) => code),
		checkpoints: checkpoints.map(({ step }) => step),
		results: results.length,
		unread: unread.length,
	};
}
