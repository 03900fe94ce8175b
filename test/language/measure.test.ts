import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
	DidChangeTextDocumentNotification,
	type Hover,
	HoverRequest,
	type MarkupContent,
} from "vscode-languageserver/node";
import type * as z from "zod/mini";
import { emptyMeasureDraft, wishOfDraft } from "../../server/core/measure/measure-draft.ts";
import type { MeasurePicture } from "../../server/core/measure/measure-picture.ts";
import { measureNotifications, measureRequests } from "../../server/core/measure/measure-requests.ts";
import { seedAt } from "../core/checks/practice-seeds.ts";
import { type Session, startSession } from "./lsp-session.ts";

const rows = Array.from({ length: 20 }, (_, at) => {
	const { prompt, response } = seedAt("de", at);
	return JSON.stringify({ id: `s${at}`, language: "de", model: at % 2 ? "even" : "odd", prompt, response });
});
const wish = wishOfDraft({ ...emptyMeasureDraft, files: ["samples.jsonl"], judges: ["practice-judge"] });

type Ended = z.infer<typeof measureNotifications.ended.params>;

async function withFolder(
	isTrusted: boolean,
	body: (session: Session, folder: string) => Promise<void>,
): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-measure-lsp-"));
	await writeFile(join(folder, "samples.jsonl"), `${rows.join("\n")}\n`);
	const session = await startSession({
		folderUri: pathToFileURL(folder).href,
		isTrusted,
		capabilities: { textDocument: { hover: { contentFormat: ["plaintext"] } } },
	});
	try {
		await body(session, folder);
		assert.equal(await session.end(), 0);
	} finally {
		session.kill();
		await rm(folder, { recursive: true });
	}
}

function ended(session: Session): Promise<Ended> {
	return new Promise((resolve) => {
		session.connection.onNotification(measureNotifications.ended.method, (params: unknown) =>
			resolve(measureNotifications.ended.params.parse(params)),
		);
	});
}

async function measured(session: Session, wanted = wish): Promise<MeasurePicture> {
	const end = ended(session);
	await session.connection.sendRequest(measureRequests.start.method, { wish: wanted });
	const { picture, problem } = await end;
	assert.equal(problem, null);
	assert.ok(picture);
	return picture;
}

async function hovered(session: Session, uri: string, line: number): Promise<string> {
	const position = { line, character: 2 };
	const hover: Hover | null = await session.connection.sendRequest(HoverRequest.type, {
		textDocument: { uri },
		position,
	});
	assert.ok(hover);
	return (hover.contents as MarkupContent).value;
}

test("an estimate asks nobody, a measurement is kept, its values are in the hover until the line changes", () =>
	withFolder(true, async (session, folder) => {
		const estimate = measureRequests.estimate.result.parse(
			await session.connection.sendRequest(measureRequests.estimate.method, { wish }),
		);
		assert.equal(estimate.rows, 20);
		assert.equal(estimate.calls[0], 20);
		const picture = await measured(session);
		assert.deepEqual(
			picture.report.rows.map(({ teacher_model, n }) => [teacher_model, n]),
			[
				["even", 10],
				["odd", 10],
			],
		);
		assert.ok(picture.isScored);
		const kept = (await readFile(join(folder, ".polyglot/intrinsic.jsonl"), "utf8")).trim().split("\n");
		assert.deepEqual(
			kept.map((line) => JSON.parse(line).rubric_score),
			picture.report.rows.map(({ rubric_score }) => rubric_score),
		);
		const uri = pathToFileURL(join(folder, "samples.jsonl")).href;
		await session.open(`${rows.join("\n")}\n`, uri);
		assert.match(await hovered(session, uri, 3), /rubric.*\d/);
		assert.match(await hovered(session, uri, 3), /distance to the others/);
		await session.open(`${[...rows.slice(0, 3), rows[7], ...rows.slice(4)].join("\n")}\n`, `${uri}.jsonl`);
		assert.doesNotMatch(await hovered(session, `${uri}.jsonl`, 3), /distance to the others/, "another file");
	}));

test("the newest result comes back after the engine's death, and one edited line costs one call", () =>
	withFolder(true, async (session, folder) => {
		const before = await measured(session);
		session.kill();
		const again = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
		try {
			const view = measureRequests.view.result.parse(
				await again.connection.sendRequest(measureRequests.view.method, {}),
			);
			assert.deepEqual(view.picture?.report, before.report);
			const { prompt } = seedAt("de", 0);
			await appendFile(
				join(folder, "samples.jsonl"),
				`${JSON.stringify({ language: "de", model: "odd", prompt, response: "Das habe ich gerade erst geschrieben." })}\n`,
			);
			const estimate = measureRequests.estimate.result.parse(
				await again.connection.sendRequest(measureRequests.estimate.method, { wish }),
			);
			assert.equal(estimate.calls[0], 1);
			assert.equal((await measured(again)).report.lines, 21);
			assert.equal(await again.end(), 0);
		} finally {
			again.kill();
		}
		// The first session was killed on purpose: a new one says goodbye for it.
		Object.assign(session, { end: async () => 0 });
	}));

test("an untrusted workspace measures nothing, and says so", () =>
	withFolder(false, async (session) => {
		await assert.rejects(
			session.connection.sendRequest(measureRequests.start.method, { wish }) as Promise<unknown>,
			/not trusted/,
		);
	}));

test("a wish that can't be met ends with words, and the next one works", () =>
	withFolder(true, async (session) => {
		const end = ended(session);
		await session.connection.sendRequest(measureRequests.start.method, { wish: { ...wish, files: ["missing.jsonl"] } });
		assert.match((await end).problem ?? "", /missing\.jsonl/);
		await measured(session);
	}));

test("a low rating marks its line once it was measured, and no longer once the line is edited", () =>
	withFolder(true, async (session, folder) => {
		const { prompt } = seedAt("de", 0);
		// The practice judge takes off two for a very short answer, one for one without an end.
		const poor = JSON.stringify({
			id: "poor",
			language: "de",
			model: "odd",
			prompt,
			response: "Das war der Bilal im Wald",
		});
		const text = `${[...rows, poor].join("\n")}\n`;
		await writeFile(join(folder, "samples.jsonl"), text);
		const uri = pathToFileURL(join(folder, "samples.jsonl")).href;
		await session.open(text, uri);
		await session.pushed(undefined, uri);
		assert.doesNotMatch(await hovered(session, uri, 20), /gave the response/);
		const told = session.pushed(
			(diagnostics) => diagnostics.some(({ message }) => /2 of 5/.test(String(message))),
			uri,
		);
		await measured(session);
		await told;
		assert.match(await hovered(session, uri, 20), /practice-judge.* gave the response 2 of 5, 2 or less/);
		await session.connection.sendNotification(DidChangeTextDocumentNotification.type, {
			textDocument: { uri, version: 2 },
			contentChanges: [
				{
					range: { start: { line: 20, character: 0 }, end: { line: 20, character: poor.length } },
					text: rows[0] ?? "",
				},
			],
		});
		assert.doesNotMatch(await hovered(session, uri, 20), /gave the response/);
	}));

test("the trainer in force scores perplexity; the most unlikely answer is marked", () =>
	withFolder(true, async (session, folder) => {
		const odd = JSON.stringify({
			...JSON.parse(rows[0] ?? ""),
			id: "odd",
			response: "Qx zvrk wq jjxy kqqz ßvw yxq. ".repeat(6),
		});
		const text = `${[...rows, odd].join("\n")}\n`;
		await writeFile(join(folder, "samples.jsonl"), text);
		const uri = pathToFileURL(join(folder, "samples.jsonl")).href;
		await session.open(text, uri);
		await session.pushed(undefined, uri);
		const picture = await measured(session, { ...wish, judges: [], scorer: "trainer:practice-base" });
		const [row] = picture.report.rows;
		assert.match(row?.perplexity_model ?? "", /^practice-base on practice-trainer/);
		assert.equal(row?.perplexity_of_responses.n, 10);
		assert.match(
			await hovered(session, uri, 20),
			/The perplexity of the response by practice-base .* is above that of 95 %/,
		);
	}));
