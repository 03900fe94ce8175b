/** The lines of a run's files. Everything else about a run can be derived from them. */
import * as z from "zod/mini";
import { EditorTeacherFields, Teacher, Templates } from "../project.ts";
import { Usage } from "../sample-row.ts";
import { Outcome } from "./attempt-policy.ts";
import { Cell } from "./plan.ts";
import { ProbeVerdict } from "./probe.ts";

export const SeedFile = z.object({ path: z.string(), sha256: z.string() });

/** A teacher of a run; practice teachers change their port from day to day. */
export const RunTeacher = z.discriminatedUnion("kind", [
	z.extend(EditorTeacherFields, { isPractice: z.optional(z.literal(false)) }),
	z.extend(Teacher, { isPractice: z.optional(z.boolean()) }),
]);
export type RunTeacher = z.infer<typeof RunTeacher>;
/** A teacher with an address. */
export type EndpointTeacher = Exclude<RunTeacher, { kind: "vscode" }>;

/** `manifest.json`: the frozen configuration. Never a key. */
export const Manifest = z.object({
	format: z.literal(1),
	id: z.string(),
	/** ISO 8601. */
	created: z.string(),
	teachers: z.array(RunTeacher),
	cells: z.array(Cell),
	seedFiles: z.array(SeedFile),
	/** Absolute path of the JSONL file accepted rows are appended to. */
	output: z.string(),
	seed: z.int(),
	templates: z.optional(Templates),
	/** The run pauses when this is spent; only where every teacher has a price in its currency. */
	budget: z.optional(z.object({ amount: z.number(), currency: z.string() })),
	/** What each teacher's endpoint was found to keep to, by the teacher's name. */
	probes: z.optional(z.record(z.string(), ProbeVerdict)),
	/** What a row had to pass besides its form; a resumed run keeps to it. */
	accept: z.optional(z.enum(["checks", "valid"])),
	/** Whether answers of earlier runs were taken over. */
	reuse: z.optional(z.boolean()),
	/** Set where the run was made to compare teachers, each seed once. */
	purpose: z.optional(z.literal("comparison")),
	/** Version of the product that made the run. */
	tool: z.optional(z.string()),
	/** SHA-256 by `strategy/language`. */
	templateHashes: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

export const isPractice = ({ teachers }: Pick<Manifest, "teachers">, teacher: string): boolean =>
	teachers.some((one) => one.name === teacher && one.isPractice === true);

/** Such as `practice-careful · German · generate, respond`. */
export function titleOf({ cells }: Pick<Manifest, "cells">): string {
	const several = (values: readonly string[]) => [...new Set(values)].join(", ");
	return [
		several(cells.map(({ teacher }) => teacher)),
		several(cells.map(({ language }) => language)),
		several(cells.map(({ strategy }) => strategy)),
	].join(" · ");
}

/** One line of `journal.jsonl`: one attempt. Not the messages; plan and manifest give them again. */
export const JournalLine = z.object({
	key: z.string(),
	/** Position of the cell in the manifest. */
	cell: z.optional(z.int()),
	/** From 1. */
	attempt: z.int(),
	outcome: Outcome,
	/** Taken over from an earlier run that asked the same; nothing was sent. */
	reusedFrom: z.optional(z.string()),
	/** What was decided: the sample counts, another attempt follows, or the request is given up. */
	verdict: z.enum(["accepted", "again", "dropped"]),
	/** Why it was not accepted. */
	reasons: z.array(z.string()),
	finishReason: z.nullable(z.string()),
	usage: z.nullable(Usage),
	status: z.nullable(z.int()),
	latencyMs: z.int(),
	/** Id of the batch that brought the answer; absent where it was asked directly. */
	batch: z.optional(z.string()),
	/** The token limit that was sent, where one was. */
	maxTokens: z.optional(z.int()),
	/** The sampling seed that was sent. */
	seed: z.optional(z.int()),
	/** The rung of the ladder on which a pair was asked for; absent where the prompt alone asked for its form. */
	form: z.optional(z.enum(["strict", "schema", "object", "text"])),
	/** The teacher's text, present where it gave one. */
	answer: z.nullable(z.string()),
	practice: z.optional(z.boolean()),
});
export type JournalLine = z.infer<typeof JournalLine>;
