/** The review panel's questions over the real protocol: filters, decisions, undo, edits, files on disk. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { WorkspaceEdit } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type * as z from "zod/mini";
import { run as measure } from "../../server/cli/measure.ts";
import { MeasureReport } from "../../server/core/measure/measure-report.ts";
import type { RequestType } from "../../server/core/request-type.ts";
import { everySample, type ReviewFilter, reviewChanged, reviewRequests } from "../../server/core/review/messages.ts";
import { readHumanRatings } from "../../server/node/measure-human.ts";
import { measuringServer } from "../node/measuring-server.ts";
import { startSession } from "./lsp-session.ts";

const practice = readFileSync(new URL("../../media/practice/workspace/samples.de.jsonl", import.meta.url), "utf8");

interface Panel {
	readonly uri: string;
	readonly folder: string;
	readonly edits: WorkspaceEdit[];
	ask<P extends z.ZodMiniType, R extends z.ZodMiniType>(
		type: RequestType<P, R>,
		params: Omit<z.infer<P>, "uri">,
	): Promise<z.infer<R>>;
	overview(filter?: Partial<ReviewFilter>): Promise<z.infer<typeof reviewRequests.overview.result>>;
	lines(filter?: Partial<ReviewFilter>): Promise<number[]>;
	/** Resolves to what `holds` gives once that is not undefined; looks again whenever the engine says so. */
	until<T>(look: () => Promise<T | undefined>): Promise<T>;
	close(text: string): Promise<void>;
}

async function openPanel(
	t: TestContext,
	text: string | Uint8Array,
	name = "samples.jsonl",
	isTrusted = true,
): Promise<Panel> {
	const folder = mkdtempSync(join(tmpdir(), "review-"));
	const path = join(folder, name);
	writeFileSync(path, text);
	const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted });
	t.after(() => {
		session.kill();
		rmSync(folder, { recursive: true });
	});
	const edits: WorkspaceEdit[] = [];
	session.connection.onRequest("workspace/applyEdit", ({ edit }: { edit: WorkspaceEdit }) => {
		edits.push(edit);
		return { applied: true };
	});
	const waiting = new Set<() => void>();
	session.connection.onNotification(reviewChanged.method, () => {
		for (const wake of waiting) wake();
	});
	const uri = pathToFileURL(path).href;
	if (typeof text === "string") await session.open(text, uri);
	const panel: Panel = {
		uri,
		folder,
		edits,
		ask: async (type, params) =>
			type.result.parse(await session.connection.sendRequest(type.method, { uri, ...params })),
		overview: (filter) =>
			panel.ask(reviewRequests.overview, {
				filter: { ...everySample, ...filter },
				line: null,
				withMetrics: true,
			}),
		lines: async (filter) => {
			const asked = { filter: { ...everySample, ...filter }, from: 0, count: 100 };
			return (await panel.ask(reviewRequests.rows, asked)).rows.map(({ line }) => line);
		},
		until: async (look) => {
			for (;;) {
				const woken = new Promise<void>((wake) => waiting.add(wake));
				const found = await look();
				if (found !== undefined) return found;
				await woken;
			}
		},
		close: (changed) => session.open(changed, uri),
	};
	await panel.until(async () => ((await panel.overview()).share === 1 ? true : undefined));
	return panel;
}

test("the overview counts samples, findings, languages, teachers and strategies", async (t) => {
	const panel = await openPanel(t, practice);
	const { counts, findings, languages, teachers, matched, name, readOnly } = await panel.overview();
	assert.equal(name, "samples.jsonl");
	assert.equal(readOnly, null);
	assert.deepEqual([counts.samples, counts.broken, counts.left, matched], [11, 1, 11, 12]);
	assert.ok(counts.weak > 0 && findings.length > 0);
	assert.deepEqual(languages, [{ value: "de", count: 11 }]);
	assert.equal(
		teachers.reduce((sum, { count }) => sum + count, 0),
		11,
	);
});

test("each filter leaves what it says, and its own values keep their counts", async (t) => {
	const panel = await openPanel(t, practice);
	const all = await panel.overview();
	const [finding] = all.findings;
	const [teacher] = all.teachers;
	assert.ok(finding && teacher);
	assert.equal((await panel.lines({ findings: [finding.value] })).length, finding.count);
	const byTeacher = await panel.overview({ teachers: [teacher.value] });
	assert.equal(byTeacher.matched, teacher.count);
	assert.deepEqual(byTeacher.teachers, all.teachers);
	assert.equal((await panel.lines({ state: "weak" })).length, all.counts.weak);
	const metric = all.metrics.find((one) => one.metric === "characters of the response");
	assert.ok(metric);
	const middle = (metric.from + metric.to) / 2;
	const short = await panel.overview({ ranges: [{ metric: metric.metric, from: metric.from, to: middle }] });
	assert.ok(short.matched > 0 && short.matched < 12);
	assert.equal(
		short.metrics.find((one) => one.metric === metric.metric)?.matched.reduce((sum, count) => sum + count, 0),
		11,
	);
});

test("worst first begins with a sample that has a finding, and next weak goes round once", async (t) => {
	const panel = await openPanel(t, practice);
	const weak = await panel.lines({ state: "weak" });
	const worst = await panel.lines({ order: "worst" });
	assert.ok(weak.includes(worst[0] ?? -1));
	const seen: number[] = [];
	for (let line = -1, step = 0; step < weak.length; step += 1) {
		const asked = { filter: everySample, line: line === -1 ? null : line, wanted: "weak" as const };
		const next = await panel.ask(reviewRequests.next, asked);
		assert.ok(next);
		line = next.line;
		seen.push(line);
	}
	assert.deepEqual(seen, weak);
});

test("a sample comes with its turns, findings in sentences, and percentiles among its language", async (t) => {
	const panel = await openPanel(t, practice);
	const [line = 0] = await panel.lines({ state: "weak" });
	const sample = await panel.ask(reviewRequests.sample, { line });
	assert.equal(sample.line, line);
	assert.deepEqual(
		sample.turns.map(({ role }) => role),
		["user", "assistant"],
	);
	assert.match(sample.findings[0]?.message ?? "", /\.$/);
	const length = sample.metrics.find(({ metric }) => metric === "characters of the response");
	assert.equal(length?.among, 11);
	assert.ok(length.percentile !== null && length.percentile > 0 && length.percentile <= 1);
});

test("accept and reject are written by content, counted, and taken back one by one", async (t) => {
	const panel = await openPanel(t, practice);
	const [first = 0, second = 0] = await panel.lines({ state: "weak" });
	const keyOf = async (line: number) => (await panel.ask(reviewRequests.sample, { line })).key ?? Number.NaN;
	await panel.ask(reviewRequests.decide, { key: await keyOf(first), decision: "accepted" });
	await panel.ask(reviewRequests.decide, { key: await keyOf(second), decision: "rejected" });
	const { counts } = await panel.overview();
	assert.deepEqual([counts.accepted, counts.rejected, counts.left, counts.seen], [1, 1, 9, 2]);
	const accepted = await panel.ask(reviewRequests.sample, { line: first });
	assert.ok(accepted.findings.length > 0 && accepted.findings.every(({ isHidden }) => isHidden));
	assert.deepEqual(await panel.lines({ state: "rejected" }), [second]);
	const written = readFileSync(join(panel.folder, ".polyglot/review.jsonl"), "utf8").trim().split("\n");
	assert.deepEqual(
		written.map((row) => JSON.parse(row).decision),
		["accepted", "rejected"],
	);
	assert.deepEqual(await panel.ask(reviewRequests.undo, {}), { line: second });
	assert.deepEqual(await panel.ask(reviewRequests.undo, {}), { line: first });
	assert.equal(await panel.ask(reviewRequests.undo, {}), null);
	const { counts: after } = await panel.overview();
	assert.deepEqual([after.accepted, after.rejected, after.left], [0, 0, 11]);
});

test("a rating is written by content, told with its sample, undone, and taken back; measure holds the judge against it", async (t) => {
	const panel = await openPanel(t, practice);
	const look = (line: number) => panel.ask(reviewRequests.sample, { line });
	const key = (await look(0)).key ?? Number.NaN;
	const rate = (rating: number | null) => panel.ask(reviewRequests.rate, { key, rating });
	assert.equal((await look(0)).rating, null);
	// As somebody types: at once, without waiting for the answer.
	const asked = [rate(2), panel.ask(reviewRequests.decide, { key, decision: "accepted" }), rate(4)];
	assert.deepEqual(await Promise.all(asked), [{ isRated: true }, { isDecided: true }, { isRated: true }]);
	const written = () => readFileSync(join(panel.folder, ".polyglot/review.jsonl"), "utf8").trim().split("\n");
	assert.equal(written().length, 3);
	const { at, ...row } = JSON.parse(written()[2] ?? "");
	assert.deepEqual(row, { sample: key.toString(36), decision: "rated", rating: 4 });
	assert.ok(!Number.isNaN(Date.parse(at)));
	assert.deepEqual([(await look(0)).rating, (await look(0)).decision, (await look(1)).rating], [4, "accepted", null]);
	const judge = await calibratedBy(t, panel.folder, 5);
	assert.deepEqual([judge?.n, judge?.bias], [1, 1]);
	assert.deepEqual(await panel.ask(reviewRequests.undo, {}), { line: 0 });
	assert.deepEqual([(await look(0)).rating, (await look(0)).decision], [2, "accepted"]);
	await rate(null);
	assert.deepEqual([(await look(0)).rating, (await readHumanRatings(panel.folder)).size], [null, 0]);
	await assert.rejects(rate(6));
});

test("an untrusted workspace is not written into: no rating, no file", async (t) => {
	const panel = await openPanel(t, practice, "samples.jsonl", false);
	const key = (await panel.ask(reviewRequests.sample, { line: 0 })).key ?? Number.NaN;
	assert.deepEqual(await panel.ask(reviewRequests.rate, { key, rating: 4 }), { isRated: false });
	assert.equal((await panel.ask(reviewRequests.sample, { line: 0 })).rating, null);
	assert.equal(existsSync(join(panel.folder, ".polyglot/review.jsonl")), false);
});

/** What `polyglot measure` says of a judge that gives every sample this score. */
async function calibratedBy(t: TestContext, folder: string, score: number) {
	const content = JSON.stringify({ feedback: "Good.", score });
	const judges = await measuringServer(() => ({
		body: { choices: [{ finish_reason: "stop", message: { content } }] },
	}));
	t.after(() => judges.close());
	const price = { inputPerMillion: 1, outputPerMillion: 2, currency: "EUR", asOf: "2026-11-25" };
	const teachers = [{ name: "judge", baseUrl: judges.baseUrl, model: "judge", price }];
	writeFileSync(join(folder, "polyglot.json"), JSON.stringify({ teachers }));
	const out: string[] = [];
	const complaints: string[] = [];
	const code = await measure(["samples.jsonl", "--judge", "judge", "--format", "json"], {
		stdout: (text) => void out.push(text),
		stderr: (line) => void complaints.push(line),
		env: {},
		cwd: folder,
		mediaFolder: new URL("../../media/", import.meta.url).pathname,
		version: "0.0.0",
		signal: new AbortController().signal,
	});
	assert.equal(code, 0, complaints.join("\n"));
	return MeasureReport.parse(JSON.parse(out.join(""))).calibration?.[0];
}

test("what was seen is kept in a file of its own", async (t) => {
	const panel = await openPanel(t, practice);
	const { key } = await panel.ask(reviewRequests.sample, { line: 3 });
	assert.ok(key !== null);
	await panel.ask(reviewRequests.seen, { key });
	assert.equal((await panel.overview()).counts.seen, 1);
	assert.equal((await panel.lines({ state: "unseen" })).length, 10);
	const next = await panel.ask(reviewRequests.next, { filter: everySample, line: 2, wanted: "unseen" });
	assert.equal(next?.line, 4);
	assert.match(readFileSync(join(panel.folder, ".polyglot/seen.jsonl"), "utf8"), /^\{"sample":"[0-9a-z]+"/);
});

test("an edit changes the least, and leaves the rest of the row byte for byte", async (t) => {
	const row = '{ "x": 1.0e2, "prompt": "Wie hei\\u00dft das?", "response":"Gut so.", "messages": [] }';
	const panel = await openPanel(t, `${row}\n`);
	const sample = await panel.ask(reviewRequests.sample, { line: 0 });
	assert.ok(sample.key !== null);
	const change = { line: 0, key: sample.key, changes: [{ field: "response", text: "Gut, so „gut“." }] };
	assert.deepEqual(await panel.ask(reviewRequests.edit, change), { isApplied: true });
	assert.equal(applied(`${row}\n`, panel.edits[0]), `${row.replace("Gut so.", "Gut, so „gut“.")}\n`);
	await assert.rejects(panel.ask(reviewRequests.edit, { ...change, key: 1 }), /changed meanwhile/);
});

test("rejected samples are dropped through the editor, the last line included", async (t) => {
	const rows = ["a", "b", "c", "d", "e"].map((name) =>
		JSON.stringify({ prompt: `Who is ${name}?`, response: `It is ${name}.` }),
	);
	const panel = await openPanel(t, rows.join("\n"));
	for (const line of [0, 3, 4]) {
		const { key } = await panel.ask(reviewRequests.sample, { line });
		await panel.ask(reviewRequests.decide, { key: key ?? Number.NaN, decision: "rejected" });
	}
	assert.deepEqual(await panel.ask(reviewRequests.dropRejected, {}), { dropped: 3 });
	assert.equal(applied(rows.join("\n"), panel.edits[0]).trimEnd(), rows.slice(1, 3).join("\n"));
});

test("other teachers' answers to the same seed are siblings", async (t) => {
	const row = (model: string, response: string, id = "s1") =>
		JSON.stringify({ id, language: "en", strategy: "respond", model, prompt: `Why ${id}?`, response });
	const panel = await openPanel(
		t,
		[row("a", "one"), row("b", "two"), row("a", "three", "s2"), row("c", "four")].join("\n"),
	);
	assert.deepEqual((await panel.ask(reviewRequests.sample, { line: 1 })).siblings, [0, 3]);
	assert.deepEqual((await panel.ask(reviewRequests.sample, { line: 2 })).siblings, []);
});

test("a packed file is read from disk, says so, and finds what the open text would", async (t) => {
	const open = await (await openPanel(t, practice)).overview();
	const panel = await openPanel(t, gzipSync(practice), "samples.jsonl.gz");
	const { counts, findings, readOnly, note } = await panel.overview();
	assert.deepEqual(counts, open.counts);
	assert.deepEqual(findings, open.findings);
	assert.match(`${readOnly} ${note}`, /packed \(gzip\).*read-only/s);
	const [line = 0] = await panel.lines({ state: "weak" });
	const { key } = await panel.ask(reviewRequests.sample, { line });
	await panel.ask(reviewRequests.decide, { key: key ?? Number.NaN, decision: "accepted" });
	await panel.until(async () => ((await panel.lines({ state: "weak" })).includes(line) ? undefined : true));
	await assert.rejects(
		panel.ask(reviewRequests.edit, { line, key: key ?? 0, changes: [{ field: "response", text: "x" }] }),
		/not open in the editor/,
	);
});

test("lines that hold no sample are rows too, with the line itself to read", async (t) => {
	const panel = await openPanel(t, `${practice.split("\n")[0]}\n\n{"prompt": 1\n[1]`);
	const { counts, matched } = await panel.overview();
	assert.deepEqual([counts.samples, counts.broken, matched], [1, 2, 3]);
	const broken = await panel.ask(reviewRequests.sample, { line: 2 });
	assert.deepEqual([broken.key, broken.raw, broken.turns], [null, '{"prompt": 1', []]);
	assert.equal(broken.findings[0]?.code, "not-json");
	await assert.rejects(panel.ask(reviewRequests.sample, { line: 99 }), /no line 100/);
});

test("the summary counts for the status bar, and is null where no samples are", async (t) => {
	const panel = await openPanel(t, practice);
	const summary = await panel.ask(reviewRequests.summary, {});
	assert.deepEqual(summary, { counts: (await panel.overview()).counts, isComplete: true });
	await panel.ask(reviewRequests.close, {});
	assert.deepEqual(await panel.ask(reviewRequests.summary, {}), summary);
});

function applied(text: string, edit: WorkspaceEdit | undefined): string {
	const [change] = edit?.documentChanges ?? [];
	assert.ok(change && "edits" in change);
	const edits = change.edits.filter((one) => "newText" in one);
	return TextDocument.applyEdits(TextDocument.create("file:///x", "jsonl", 1, text), edits);
}
