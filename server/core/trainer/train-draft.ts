/** What a person filled into the training form, and the run spec it means. */
import * as z from "zod/mini";
import type { Capabilities, Issue } from "./objects.ts";
import { TrainSpec } from "./spec.ts";
import { trainFields } from "./train-fields.ts";

/** Everything is text as it stands in the form; empty is "not chosen". */
export const TrainDraft = z.object({
	/** Absolute paths. One dataset is a run; several, or one split by teacher and language, are a sweep. */
	datasets: z.array(z.string()),
	evalDataset: z.string(),
	isSweep: z.boolean(),
	/** Keys of cells of a sweep that are left out. */
	skipped: z.array(z.string()),
	base: z.string(),
	revision: z.string(),
	template: z.string(),
	mode: z.string(),
	preset: z.string(),
	backend: z.string(),
	engine: z.string(),
	profile: z.string(),
	/** Under which the score is filed; of a sweep every cell has its own. */
	teacher: z.string(),
	language: z.string(),
	title: z.string(),
	/** Evaluate the student, its base and its reference when the training has succeeded. */
	evaluates: z.boolean(),
	/** By path of `trainFields`. */
	fields: z.record(z.string(), z.string()),
});
export type TrainDraft = z.infer<typeof TrainDraft>;

/** A training spec before its datasets are uploaded. */
export type TrainWish = Omit<TrainSpec, "data"> & { readonly data?: Omit<TrainSpec["data"], "sha256"> };

/** What is chosen before anybody chose: the trainer's first model with its first template. */
export function firstDraft(offer: Capabilities, isPractice: boolean): TrainDraft {
	const [model] = trainable(offer, isPractice);
	return {
		datasets: [],
		evalDataset: "",
		isSweep: false,
		skipped: [],
		base: model?.id ?? "",
		revision: "",
		template: model?.templates[0] ?? "none",
		mode: "",
		preset: "",
		backend: "",
		engine: "",
		profile: "",
		teacher: "",
		language: "",
		title: "",
		evaluates: true,
		fields: {},
	};
}

/** Models that may be trained; a practice reference that is trained further would no longer be the reference. */
export function trainable({ models }: Capabilities, isPractice: boolean): Capabilities["models"] {
	return isPractice ? models.filter(({ id }) => id !== "practice-reference") : models;
}

/** The draft with what this trainer does not offer taken back to its default. */
export function fitDraft(draft: TrainDraft, offer: Capabilities, isPractice: boolean): TrainDraft {
	const known = trainable(offer, isPractice);
	const model = known.find(({ id }) => id === draft.base) ?? known[0];
	const engine = offer.engines.find(({ name }) => name === draft.engine);
	const listed = (value: string, values: readonly string[]) => (values.includes(value) ? value : "");
	return {
		...draft,
		base: model?.id ?? "",
		revision: listed(draft.revision, model?.revisions ?? []),
		template: model?.templates.includes(draft.template) ? draft.template : (model?.templates[0] ?? "none"),
		mode: listed(draft.mode, offer.modes),
		preset: listed(draft.preset, offer.presets),
		backend: listed(draft.backend, offer.backends),
		engine: engine?.name ?? "",
		profile: listed(draft.profile, (engine ?? offer.engines[0])?.profiles ?? []),
	};
}

const placeholder = "0".repeat(64);

/** The spec, or what is wrong with the draft; `param` is a pointer into the spec, or a name of the draft. */
export function wishOf(draft: TrainDraft): { readonly wish?: TrainWish; readonly issues: readonly Issue[] } {
	const issues = [...missing(draft)];
	const spec = rawSpec(draft, issues);
	const parsed = TrainSpec.safeParse(spec);
	for (const issue of parsed.error?.issues ?? []) {
		const param = `/${issue.path.map(String).join("/")}`;
		const label = trainFields.find(({ path }) => path === param)?.label ?? param;
		if (issues.some((known) => known.param === param)) continue;
		issues.push({ code: "invalid_value", message: `${label}: ${faultOf(issue)}`, param });
	}
	if (!parsed.success || issues.length > 0) return { issues };
	const { sha256, ...data } = parsed.data.data;
	return { wish: { ...parsed.data, data }, issues: [] };
}

/** What the schema says is wrong, in words with the bound. */
function faultOf({ code, message, minimum, maximum, inclusive, expected }: SchemaFault): string {
	if (code === "too_small" && minimum !== undefined) return `must be ${inclusive ? "at least" : "above"} ${minimum}.`;
	if (code === "too_big" && maximum !== undefined) return `must be at most ${maximum}.`;
	if (code === "invalid_type" && expected === "int") return "must be a whole number.";
	return message === "Invalid input" ? "is not a value it can have." : message;
}

interface SchemaFault {
	readonly code?: string;
	readonly message: string;
	readonly minimum?: number | bigint;
	readonly maximum?: number | bigint;
	readonly inclusive?: boolean;
	readonly expected?: string;
}

function missing({ datasets, base, isSweep, teacher, language }: TrainDraft): Issue[] {
	const lacks = (param: string, message: string): Issue => ({ code: "missing_field", message, param });
	return [
		...(datasets.length === 0 ? [lacks("datasets", "Choose a dataset.")] : []),
		...(base === "" ? [lacks("base", "The trainer offers no model to train.")] : []),
		...(isSweep || teacher !== "" ? [] : [lacks("teacher", "Name the teacher the score is filed under.")]),
		...(isSweep || language !== "" ? [] : [lacks("language", "Choose the language of the dataset.")]),
	];
}

/** Only what was chosen: the trainer fills in the rest, and the form says with what. */
function rawSpec(draft: TrainDraft, issues: Issue[]): Record<string, unknown> {
	const spec: Record<string, Record<string, unknown> | unknown> = {
		specVersion: 1,
		model: { id: draft.base, ...chosen("revision", draft.revision) },
		template: draft.template,
		...chosen("mode", draft.mode),
		...chosen("preset", draft.preset),
		...chosen("backend", draft.backend),
	};
	const part = (name: string): Record<string, unknown> => {
		spec[name] ??= {};
		return spec[name] as Record<string, unknown>;
	};
	part("data").sha256 = placeholder;
	if (draft.engine !== "" || draft.profile !== "") {
		Object.assign(part("engine"), chosen("name", draft.engine), chosen("profile", draft.profile));
	}
	for (const { path, kind, label } of trainFields) {
		const text = draft.fields[path]?.trim() ?? "";
		if (text === "") continue;
		const value = readValue(text, kind.type);
		const [, group = "", name = ""] = path.split("/");
		if (value === undefined) issues.push({ code: "invalid_value", message: `${label}: not a number.`, param: path });
		else part(group)[name] = value;
	}
	return spec;
}

function readValue(text: string, kind: "number" | "whole" | "flag" | "names" | "choice"): unknown {
	if (kind === "choice") return text;
	if (kind === "flag") return text === "yes";
	if (kind === "names") return text === "all-linear" ? text : text.split(",").map((name) => name.trim());
	const number = Number(text);
	return Number.isFinite(number) ? number : undefined;
}

const chosen = (name: string, value: string) => (value === "" ? {} : { [name]: value });

/** Equal for drafts that train the same: a check made for one holds for the other. */
export function draftKey({ title, evaluates, teacher, language, ...rest }: TrainDraft): string {
	return JSON.stringify(rest);
}
