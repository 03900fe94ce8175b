import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifest } from "../../server/node/generate-folder.ts";
import { startGenerateRun } from "../../server/node/generate-run.ts";
import { probeTeacher } from "../../server/node/teacher-probe.ts";
import { practiceTeachers } from "../../server/practice/teachers.ts";
import { serverProfiles } from "../../server/practice/teachers-profiles.ts";
import { asStranger, finishedRun, journalOf, rig } from "./generate-rig.ts";

const expected: Readonly<Record<string, readonly [string, string | null]>> = {
	"OpenAI, o-series": ["strict", "max_completion_tokens"],
	"Azure v1": ["strict", "max_completion_tokens"],
	vLLM: ["schema", "max_tokens"],
	"llama.cpp": ["schema", "max_tokens"],
	Ollama: ["schema", "max_tokens"],
	TGI: ["text", "max_tokens"],
	"LM Studio": ["schema", "max_tokens"],
	"OpenRouter, a model without structured output": ["object", "max_tokens"],
	Mistral: ["object", "max_tokens"],
	"llama.cpp with a grammar it cannot parse": ["text", "max_tokens"],
};

for (const { name, knobs } of serverProfiles) {
	test(`profile ${name}: the probe finds what it keeps to, and a run works with it`, async (context) => {
		const { options, server } = await rig(context, knobs);
		const teachers = options.teachers.map((teacher) => ({ ...asStranger(teacher), sampling: { maxTokens: 2_000 } }));
		const end = await finishedRun({ ...options, teachers, count: 5, probe: true });
		const [form, tokenField] = expected[name] ?? [];
		const verdict = (await readManifest(options.folder, end.runId)).probes?.["practice-careful"];
		assert.deepEqual([verdict?.form, verdict?.tokenField], [form, tokenField]);
		assert.deepEqual([end.state, end.accepted], ["done", 5]);
		const journal = await journalOf(options.folder, end.runId);
		assert.ok(
			journal.every(({ outcome }) => outcome === "answered"),
			JSON.stringify(server.stats().statuses),
		);
	});
}

test("a server that accepts an option and ignores it is told apart from one that refuses it", async (context) => {
	const probed = async (knobs: object) => {
		const { server } = await rig(context, knobs);
		const [teacher] = practiceTeachers(server.baseUrl);
		assert.ok(teacher);
		return (await probeTeacher(teacher, server.apiKey))?.notes.join(" ") ?? "";
	};
	assert.match(await probed({ schemaSupport: "ignored" }), /form strict is accepted and not kept to/);
	assert.match(await probed({ schemaSupport: "refused" }), /form strict is refused \(400\)/);
	assert.match(
		await probed({ ignoresTokenLimit: true }),
		/max_tokens is accepted and not kept to.*No token limit is kept to/,
	);
});

test("a busy server gets no verdict: it is asked again another time", async (context) => {
	const { server } = await rig(context, { cap: 0, retryAfterS: 1 });
	const [teacher] = practiceTeachers(server.baseUrl);
	assert.ok(teacher);
	assert.equal(await probeTeacher(teacher, server.apiKey), undefined);
	server.setKnobs({ schemaSupport: "strict" });
	assert.equal((await probeTeacher(teacher, server.apiKey))?.form, "strict");
});

test("a context that cuts long prompts without an error is found out by the effect, and told before the run", async (context) => {
	const { options, server } = await rig(context, { contextTokens: 600 });
	const [teacher] = practiceTeachers(server.baseUrl);
	assert.ok(teacher);
	const probed = await probeTeacher(teacher, server.apiKey, { contextTokens: 3_000 });
	assert.deepEqual([probed?.context?.isKept, probed?.context?.promptTokens], [false, 600]);
	assert.ok(Math.abs((probed?.context?.tokens ?? 0) - 3_000) < 100, JSON.stringify(probed?.context));
	assert.match(probed?.notes.at(-1) ?? "", /tokens is cut without an error: the server counted 600/);
	const teachers = [{ ...asStranger(teacher), sampling: { maxTokens: 2_000 } }];
	const run = await startGenerateRun({ ...options, teachers, count: 1, probe: true });
	assert.match(run.notes.join(" "), /practice-careful: A prompt of about \d+ tokens is cut.*OLLAMA_CONTEXT_LENGTH/);
	await run.ended;
});

test("a context that is large enough is found out as well, and nothing is told", async (context) => {
	const { options, server } = await rig(context);
	const teachers = options.teachers.map((teacher) => ({ ...asStranger(teacher), sampling: { maxTokens: 2_000 } }));
	const run = await startGenerateRun({ ...options, teachers, count: 1, probe: true });
	await run.ended;
	const verdict = (await readManifest(options.folder, run.runId)).probes?.["practice-careful"];
	assert.equal(verdict?.context?.isKept, true);
	assert.ok(!run.notes.join(" ").includes("is cut"));
	assert.ok(server.stats().attempts < 10);
});
