/** What the training form asks, from the message alone: labels, choices, what holds when left empty, what is wrong. */
import type { Issue } from "../../server/core/trainer/objects.ts";
import { type TrainDraft, trainable } from "../../server/core/trainer/train-draft.ts";
import { standardOf, type TrainField, trainFields } from "../../server/core/trainer/train-fields.ts";
import type { TrainFormMessage } from "../../server/core/trainer/train-form-message.ts";

export interface Choice {
	readonly value: string;
	readonly label: string;
}

export interface Control {
	readonly id: string;
	readonly label: string;
	readonly section: string;
	readonly type: "select" | "text" | "check" | "list";
	/** Of a `list` the chosen values, one a line. */
	readonly value: string;
	readonly choices: readonly Choice[];
	/** What holds where it is left empty. */
	readonly standard: string;
	readonly hint: string;
	readonly issue: string;
	/** The draft with another value. */
	readonly set: (draft: TrainDraft, value: string) => TrainDraft;
}

/** Sections in their order; those in `folded` are opened by who wants to differ from the defaults. */
export const sections = ["Data", "Model", "Recipe", "Adapter", "Saving and logging", "Where it runs", "Then"] as const;
export const folded: readonly string[] = ["Recipe", "Adapter", "Saving and logging", "Where it runs"];

type Part = Pick<Control, "id" | "label" | "section" | "value" | "set"> & Partial<Control>;

/** In drawing order. */
export function controlsOf(message: TrainFormMessage, draft: TrainDraft): Control[] {
	const { looked } = message;
	const issueAt = (param: string) => looked.issues.filter((issue) => matches(issue, param)).map(({ message: m }) => m);
	const whole = (part: Part): Control => ({
		type: part.choices ? "select" : "text",
		choices: [],
		standard: "",
		hint: "",
		...part,
		issue: issueAt(part.id).join(" "),
	});
	return [...dataControls(message, draft), ...modelControls(message, draft), ...fieldControls(message, draft)]
		.concat(endControls(message, draft))
		.map(whole);
}

const matches = ({ param = "" }: Issue, id: string) =>
	param === id || (id.startsWith("/") && param.startsWith(`${id}/`));

function dataControls({ files, languages, looked: { trainer } }: TrainFormMessage, draft: TrainDraft): Part[] {
	const listed = files.map(({ path, label }) => ({ value: path, label }));
	const datasets: Part = draft.isSweep
		? {
				id: "datasets",
				label: "Datasets",
				section: "Data",
				type: "list",
				value: draft.datasets.join("\n"),
				choices: listed,
				hint: "one student for each teacher in each language that these files hold",
				set: (before, value) => ({ ...before, datasets: value === "" ? [] : value.split("\n"), skipped: [] }),
			}
		: {
				id: "datasets",
				label: "Dataset",
				section: "Data",
				value: draft.datasets[0] ?? "",
				choices: [{ value: "", label: "choose a file" }, ...listed],
				// Another dataset is somebody else's: what was filled in for the last one does not hold.
				set: (before, value) => ({ ...before, datasets: value === "" ? [] : [value], teacher: "", language: "" }),
			};
	const filed: Part[] = [
		{
			id: "language",
			label: "Language",
			section: "Data",
			value: draft.language,
			choices: [
				{ value: "", label: "choose the language" },
				...languages.map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
			],
			set: (before, value) => ({ ...before, language: value }),
		},
		{
			id: "teacher",
			label: "Teacher",
			section: "Data",
			value: draft.teacher,
			hint: "the score is filed under this name",
			set: (before, value) => ({ ...before, teacher: value }),
		},
	];
	const heldOut: Part = {
		id: "evalDataset",
		label: "Held-out dataset",
		section: "Data",
		value: draft.evalDataset,
		choices: [{ value: "", label: trainer.isPractice ? "the practice seeds kept back" : "none" }, ...listed],
		hint: "its loss is measured and never trained on",
		set: (before, value) => ({ ...before, evalDataset: value }),
	};
	return draft.isSweep ? [datasets, heldOut] : [datasets, ...filed, heldOut];
}

/** The published recipe's template, where the model has it. */
const paperTemplate = "llama3-chat";

function modelControls({ looked: { offer, trainer } }: TrainFormMessage, draft: TrainDraft): Part[] {
	const models = trainable(offer, trainer.isPractice);
	const model = models.find(({ id }) => id === draft.base);
	const engine = offer.engines.find(({ name }) => name === draft.engine) ?? offer.engines[0];
	const plain = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
	const orDefault = (standard: string, values: readonly string[]) => [
		{ value: "", label: `default: ${standard}` },
		...plain(values),
	];
	const isPaper = draft.preset === "paper-2026";
	const parts: (Part | false)[] = [
		{
			id: "base",
			label: "Base model",
			section: "Model",
			value: draft.base,
			choices: plain(models.map(({ id }) => id)),
			set: (before, value) => ({ ...before, base: value }),
		},
		(model?.revisions.length ?? 0) > 1 && {
			id: "/model/revision",
			label: "Revision",
			section: "Model",
			value: draft.revision,
			choices: orDefault(model?.revisions[0] ?? "", model?.revisions ?? []),
			set: (before, value) => ({ ...before, revision: value }),
		},
		offer.presets.length > 0 && {
			id: "/preset",
			label: "Preset",
			section: "Model",
			value: draft.preset,
			choices: [{ value: "", label: "none" }, ...plain(offer.presets)],
			hint: "paper-2026: the published recipe as far as it can be known; identical numbers are not promised",
			set: (before, value) => ({
				...before,
				preset: value,
				template: value === "" || !model?.templates.includes(paperTemplate) ? before.template : paperTemplate,
			}),
		},
		offer.modes.length > 1 && {
			id: "/mode",
			label: "What is trained",
			section: "Model",
			value: draft.mode,
			choices: orDefault(isPaper ? "full" : "lora", offer.modes),
			hint: "full: every weight; lora: an adapter; qlora: an adapter on a 4-bit base",
			set: (before, value) => ({ ...before, mode: value }),
		},
		(model?.templates.length ?? 0) > 1 && {
			id: "/template",
			label: "Chat template",
			section: "Model",
			value: draft.template,
			choices: plain(model?.templates ?? []),
			set: (before, value) => ({ ...before, template: value }),
		},
		offer.backends.length > 1 && {
			id: "/backend",
			label: "Training library",
			section: "Where it runs",
			value: draft.backend,
			choices: orDefault(offer.backends[0] ?? "", offer.backends),
			set: (before, value) => ({ ...before, backend: value }),
		},
		offer.engines.length > 1 && {
			id: "/engine/name",
			label: "Engine",
			section: "Where it runs",
			value: draft.engine,
			choices: orDefault(
				"local",
				offer.engines.map(({ name }) => name),
			),
			set: (before, value) => ({ ...before, engine: value, profile: "" }),
		},
		(engine?.profiles.length ?? 0) > 0 && {
			id: "/engine/profile",
			label: "Profile",
			section: "Where it runs",
			value: draft.profile,
			choices: orDefault(engine?.profiles[0] ?? "", engine?.profiles ?? []),
			set: (before, value) => ({ ...before, profile: value }),
		},
	];
	return parts.filter((part) => part !== false);
}

function fieldControls({ looked: { trainer } }: TrainFormMessage, draft: TrainDraft): Part[] {
	const heeded = trainer.isPractice ? trainFields.filter(({ practice }) => practice !== undefined) : trainFields;
	return heeded.map((field) => {
		const standard = standardOf(field, draft.preset, trainer.isPractice);
		const choices = choicesOf(field, standard);
		return {
			id: field.path,
			label: field.label,
			section: field.section,
			value: draft.fields[field.path] ?? "",
			standard,
			hint: field.hint ?? "",
			...(choices ? { choices } : {}),
			set: (before, value) => ({ ...before, fields: withField(before.fields, field.path, value) }),
		};
	});
}

function choicesOf({ kind }: TrainField, standard: string): Choice[] | undefined {
	if (kind.type !== "choice" && kind.type !== "flag") return undefined;
	const values = kind.type === "flag" ? ["yes", "no"] : kind.values;
	return [{ value: "", label: `default: ${standard}` }, ...values.map((value) => ({ value, label: value }))];
}

function withField(fields: TrainDraft["fields"], path: string, value: string): TrainDraft["fields"] {
	const { [path]: _, ...rest } = fields;
	return value.trim() === "" ? rest : { ...rest, [path]: value.trim() };
}

function endControls({ looked: { offer } }: TrainFormMessage, draft: TrainDraft): Part[] {
	const canEvaluate = offer.evalBackends.length > 0;
	return [
		{
			id: "title",
			label: "Title",
			section: "Then",
			value: draft.title,
			standard: draft.isSweep ? "teachers × languages" : "language, teacher",
			set: (before, value) => ({ ...before, title: value.slice(0, 200) }),
		},
		...(canEvaluate
			? [
					{
						id: "evaluates",
						label: "Evaluate when it is trained, with base and reference by the same settings, and file the score",
						section: "Then",
						type: "check",
						value: draft.evaluates ? "yes" : "",
						set: (before: TrainDraft, value: string) => ({ ...before, evaluates: value !== "" }),
					} as const,
				]
			: []),
	];
}
