import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { setTimeout as moment } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hash32 } from "../../server/core/generate/seeded-random.ts";
import { acceptanceTexts } from "../../server/core/measure/scorer-answer.ts";
import { type PracticeTeachers, startPracticeTeachers } from "../../server/practice/teachers.ts";
import { mediaFolder } from "./generate-rig.ts";
import { attemptsOf, type MeasureRig, measureRig } from "./measure-rig.ts";
import { measuringServer } from "./measuring-server.ts";

const child = fileURLToPath(new URL("measure-kill-child.ts", import.meta.url));
const rows = 240;
const concurrency = 8;

async function practice(context: TestContext) {
	const server = await startPracticeTeachers({ mediaFolder, knobs: { latencyMs: 15 } });
	context.after(() => server.close());
	return server;
}

function start({ folder, wish }: MeasureRig, server: Pick<PracticeTeachers, "baseUrl" | "apiKey">) {
	const started = spawn(process.execPath, [child, folder, JSON.stringify(wish), server.baseUrl, server.apiKey], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	return { process: started, lines: createInterface({ input: started.stdout }) };
}

test("three kill -9 with the practice judge: what was answered stays, and at most what was in flight is asked again", async (context) => {
	const server = await practice(context);
	const rig = await measureRig(rows);
	const kept = new Set<string>();
	for (let kill = 1; kill <= 3; kill += 1) {
		const { process, lines } = start(rig, server);
		await once(lines, "line");
		while (server.stats().served < kill * 55) await moment(2);
		process.kill("SIGKILL");
		await once(process, "exit");
		for (const { key, verdict } of await attemptsOf(rig.folder, rig.wish)) if (verdict === "kept") kept.add(key);
	}
	assert.ok(kept.size > 100, `${kept.size} were kept before the last kill`);
	const before = server.stats().attempts;
	const { process, lines } = start(rig, server);
	const said: string[] = [];
	lines.on("line", (line) => said.push(line));
	await once(process, "exit");
	assert.deepEqual(said, ["open", String(rows)]);
	const { repeats, attempts } = server.stats();
	assert.ok(repeats <= 3 * concurrency, `${repeats} were asked twice`);
	assert.ok(
		attempts - before <= rows - kept.size,
		`${attempts - before} asked after the last kill, ${kept.size} were kept`,
	);
	const journal = await attemptsOf(rig.folder, rig.wish);
	const keys = journal.filter(({ verdict }) => verdict === "kept").map(({ key }) => key);
	assert.equal(new Set(keys).size, keys.length, "no value was paid for twice, as far as the journal knows");
});

/** Vectors and log-probabilities as honest servers give them, each after a moment. */
async function embeddingAndScoring(context: TestContext) {
	const asked = { texts: [] as string[], prompts: [] as string[] };
	const server = await measuringServer(async (body, path) => {
		await moment(12);
		if (path.endsWith("/embeddings")) {
			const inputs = body.input as string[];
			asked.texts.push(...inputs);
			return {
				body: { data: inputs.map((text, index) => ({ index, embedding: [text.length, hash32(text) % 97, 1] })) },
			};
		}
		const prompt = String(body.prompt);
		asked.prompts.push(prompt);
		const tokens = [...prompt];
		const price = acceptanceTexts.some(({ shuffled }) => shuffled === prompt) ? -4 : -2;
		const logprobs = {
			tokens,
			token_logprobs: tokens.map((_, at) => (at === 0 ? null : price)),
			text_offset: [...tokens.keys()],
		};
		return { body: { choices: [{ logprobs }], usage: { prompt_tokens: tokens.length, completion_tokens: 0 } } };
	});
	context.after(() => server.close());
	const repeats = (texts: readonly string[]) => {
		const own = texts.filter((text) => /Frage|Ergebnis/.test(text));
		return own.length - new Set(own).size;
	};
	return { server, asked, repeats };
}

/** Keys of the complete lines of a cache. */
async function cached({ folder }: MeasureRig, name: string): Promise<string[]> {
	const text = await readFile(join(folder, ".polyglot", "cache", `${name}.jsonl`), "utf8").catch(() => "");
	const lines = text.split("\n").slice(0, -1);
	return lines.map((line) => JSON.parse(line).key);
}

test("embeddings and log-probabilities too are asked for again only where they were in flight", async (context) => {
	const { server, asked, repeats } = await embeddingAndScoring(context);
	const address = { embeddings: `${server.baseUrl}#m`, scorer: `${server.baseUrl}#s` };
	const rig = await measureRig(rows, { judges: [], ...address });
	const door = { baseUrl: server.baseUrl, apiKey: "sk-test" };
	for (let kill = 1; kill <= 3; kill += 1) {
		const { process, lines } = start(rig, door);
		await once(lines, "line");
		while (asked.prompts.length < kill * 60) await moment(2);
		process.kill("SIGKILL");
		await once(process, "exit");
	}
	const kept = (await cached(rig, "embeddings")).length;
	const before = asked.texts.length;
	const { process } = start(rig, door);
	assert.deepEqual(await once(process, "exit"), [0, null]);
	// At most sixteen calls are in flight.
	assert.ok(repeats(asked.prompts) <= 3 * 16, `${repeats(asked.prompts)} prompts were scored twice`);
	const last = asked.texts.slice(before).filter((text) => /Frage|Ergebnis/.test(text)).length;
	assert.ok(last <= 2 * rows - kept, `${last} texts embedded after the last kill, ${kept} vectors were kept`);
	for (const [name, values] of [
		["embeddings", 2 * rows],
		["perplexity", rows],
	] as const) {
		const keys = await cached(rig, name);
		assert.deepEqual([keys.length, new Set(keys).size], [values, values], `${name}: every value is kept once`);
	}
});
