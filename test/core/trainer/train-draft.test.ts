/** The training form: what a draft means as a run spec, and what is said of one that means nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Capabilities } from "../../../server/core/trainer/objects.ts";
import { TrainSpec } from "../../../server/core/trainer/spec.ts";
import { draftKey, firstDraft, fitDraft, type TrainDraft, wishOf } from "../../../server/core/trainer/train-draft.ts";
import { standardOf, trainFields } from "../../../server/core/trainer/train-fields.ts";

const offer: Capabilities = {
	methods: [],
	features: [],
	engines: [
		{ name: "local", profiles: [], maxGpus: 1, maxTimeLimitS: null },
		{ name: "slurm", profiles: ["gpu-1"], maxGpus: 4, maxTimeLimitS: null },
	],
	backends: ["trl"],
	modes: ["full", "lora"],
	evalBackends: ["builtin"],
	evalTasks: [],
	presets: ["paper-2026"],
	templates: ["olmo3-chat", "llama3-chat"],
	models: [{ id: "olmo", revisions: ["main"], templates: ["olmo3-chat", "llama3-chat"] }],
	gpus: [],
	limits: {},
};

const draft: TrainDraft = {
	...firstDraft(offer, false),
	datasets: ["/data.jsonl"],
	teacher: "a-teacher",
	language: "de",
};

const check = (change: Partial<TrainDraft>, expected: unknown) => {
	const { wish, issues } = wishOf({ ...draft, ...change });
	assert.deepEqual(wish ?? issues.map(({ param }) => param), expected);
};

const basic = { specVersion: 1, model: { id: "olmo" }, template: "olmo3-chat", data: {} };

test("nothing chosen leaves every default to the trainer", () => check({}, basic));
test("only what was chosen stands in the spec", () =>
	check(
		{
			mode: "full",
			engine: "slurm",
			profile: "gpu-1",
			fields: { "/train/learningRate": "1e-4", "/data/maxLength": "4096", "/train/gradientCheckpointing": "no" },
		},
		{
			...basic,
			mode: "full",
			engine: { name: "slurm", profile: "gpu-1" },
			data: { maxLength: 4096 },
			train: { learningRate: 1e-4, gradientCheckpointing: false },
		},
	));
test("the preset goes as a name, so that explicit fields win over it at the trainer", () =>
	check(
		{ preset: "paper-2026", fields: { "/train/epochs": "3" } },
		{ ...basic, preset: "paper-2026", train: { epochs: 3 } },
	));
test("module names are a list, all-linear a word", () => {
	check({ fields: { "/lora/targets": "q_proj, v_proj" } }, { ...basic, lora: { targets: ["q_proj", "v_proj"] } });
	check({ fields: { "/lora/targets": "all-linear" } }, { ...basic, lora: { targets: "all-linear" } });
});
test("a number out of its range is named where it stands", () =>
	check({ fields: { "/train/learningRate": "-1" } }, ["/train/learningRate"]));
test("what is wrong is said with the bound", () => {
	const said = (fields: Record<string, string>) => wishOf({ ...draft, fields }).issues.map(({ message }) => message);
	assert.deepEqual(said({ "/train/epochs": "0" }), ["Epochs: must be above 0."]);
	assert.deepEqual(said({ "/lora/r": "600" }), ["LoRA rank: must be at most 512."]);
	assert.deepEqual(said({ "/train/batchSize": "1.5" }), ["Batch per device: must be a whole number."]);
	assert.deepEqual(said({ "/train/epochs": "1", "/train/maxSteps": "2" }), [
		"Steps instead of epochs: Give epochs or maxSteps, not both.",
	]);
});
test("a word for a number is named where it stands", () =>
	check({ fields: { "/train/epochs": "many" } }, ["/train/epochs"]));
test("epochs and steps exclude each other", () =>
	check({ fields: { "/train/epochs": "1", "/train/maxSteps": "10" } }, ["/train/maxSteps"]));
test("a single run needs a dataset, a teacher and a language", () =>
	check({ datasets: [], teacher: "", language: "" }, ["datasets", "teacher", "language"]));
test("a sweep has teachers and languages of its own", () => check({ isSweep: true, teacher: "", language: "" }, basic));

test("what the trainer does not offer is taken back", () => {
	const fitted = fitDraft({ ...draft, mode: "qlora", preset: "other", base: "gone", engine: "ray" }, offer, false);
	assert.deepEqual([fitted.mode, fitted.preset, fitted.base, fitted.engine], ["", "", "olmo", ""]);
});
test("a practice reference is never trained", () => {
	const practice = {
		...offer,
		models: [{ id: "practice-reference", revisions: ["1"], templates: ["none"] }, ...offer.models],
	};
	assert.equal(firstDraft(practice, true).base, "olmo");
});
test("a check holds for another title, not for another recipe", () => {
	assert.equal(draftKey(draft), draftKey({ ...draft, title: "other" }));
	assert.notEqual(draftKey(draft), draftKey({ ...draft, fields: { "/train/epochs": "2" } }));
});

test("every field of the run spec can be chosen, and no other", () => {
	const parts = (schema: { _zod: { def: { shape?: object; innerType?: unknown } } }, path: string): string[] => {
		let inner = schema;
		while (inner._zod.def.innerType) inner = inner._zod.def.innerType as typeof schema;
		const { shape } = inner._zod.def;
		if (!shape) return [path];
		return Object.entries(shape).flatMap(([name, part]) => parts(part as typeof schema, `${path}/${name}`));
	};
	const elsewhere = ["/specVersion", "/preset", "/model/id", "/model/revision", "/template", "/mode", "/backend"];
	const uploads = ["/data/sha256", "/data/evalSha256", "/engine/name", "/engine/profile"];
	const chosen = trainFields.map(({ path }) => path);
	assert.deepEqual(parts(TrainSpec as never, "").sort(), [...elsewhere, ...uploads, ...chosen].sort());
});
test("the preset's own values are said", () => {
	const epochs = trainFields.find(({ path }) => path === "/train/epochs");
	assert.ok(epochs);
	assert.deepEqual([standardOf(epochs, "", false), standardOf(epochs, "paper-2026", false)], ["1", "2"]);
});
