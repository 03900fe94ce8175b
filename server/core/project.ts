/** `polyglot.json`: what a team shares about its project. No secrets, no personal taste. */
import * as z from "zod/mini";

const Name = z.string().check(z.regex(/^[\w.@-]{1,64}$/u));

/** How one teacher is sampled. Absent means the server's own default. */
export const Sampling = z.strictObject({
	temperature: z.optional(z.number().check(z.gte(0), z.lte(2))),
	topP: z.optional(z.number().check(z.gt(0), z.lte(1))),
	/** Tokens an answer may have. */
	maxTokens: z.optional(z.int().check(z.gte(1))),
	seed: z.optional(z.int()),
});
export type Sampling = z.infer<typeof Sampling>;

/** Money per million tokens, as the user states it; unknown is absent, never 0. */
export const Price = z.strictObject({
	inputPerMillion: z.number().check(z.gte(0)),
	outputPerMillion: z.number().check(z.gte(0)),
	currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
	/** The day the price was looked up, YYYY-MM-DD. */
	asOf: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)),
});

/** A model behind an OpenAI-compatible endpoint. Its key lives in SecretStorage or the environment, never here. */
export const Teacher = z.strictObject({
	name: Name,
	/** `http://host:port` or `https://host`, with or without `/v1`. */
	baseUrl: z.string().check(z.regex(/^https?:\/\/[^\s?#@]+$/u)),
	/** The model's name as the endpoint knows it. */
	model: z.string().check(z.minLength(1), z.maxLength(200)),
	sampling: z.optional(Sampling),
	price: z.optional(Price),
	/** Requests sent at once at most. */
	concurrency: z.optional(z.int().check(z.gte(1), z.lte(1000))),
});
export type Teacher = z.infer<typeof Teacher>;

/** Where students are trained. The token lives in SecretStorage or the environment. */
export const Trainer = z.strictObject({
	url: z.string().check(z.regex(/^wss?:\/\/[^\s?#@]+$/u)),
	/** Path of a PEM file with the certificate authority to trust. */
	caFile: z.optional(z.string()),
	/** SHA-256 of the trainer's leaf certificate in DER, hex; replaces chain and name checks. */
	pin: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
});
export type Trainer = z.infer<typeof Trainer>;

/** One check's switch and threshold. */
export const CheckSetting = z.strictObject({
	enabled: z.optional(z.boolean()),
	threshold: z.optional(z.number()),
});
export type CheckSetting = z.infer<typeof CheckSetting>;

/** By language code, or `*` for all; then by check code. */
export const CheckSettings = z.record(z.string(), z.record(z.string(), CheckSetting));
export type CheckSettings = z.infer<typeof CheckSettings>;

/** Names of the fields that hold prompt and response in files of another shape. */
export const FieldMapping = z.strictObject({
	prompt: z.string(),
	response: z.string(),
	language: z.optional(z.string()),
	id: z.optional(z.string()),
});
export type FieldMapping = z.infer<typeof FieldMapping>;

export const Project = z.strictObject({
	$schema: z.optional(z.string()),
	teachers: z._default(z.array(Teacher), []),
	/** ISO 639-1 codes offered first. */
	languages: z._default(z.array(z.string().check(z.regex(/^[a-z]{2,3}$/))), []),
	/** Seed files, relative to the workspace. */
	seeds: z._default(z.array(z.string()), []),
	trainer: z.optional(Trainer),
	checks: z._default(CheckSettings, {}),
	fields: z.optional(FieldMapping),
});
export type Project = z.infer<typeof Project>;

/** The project of a workspace without a `polyglot.json`. */
export const emptyProject: Project = Project.parse({});
