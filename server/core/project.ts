/** `polyglot.json`: what a team shares about its project. No secrets, no personal taste. The descriptions reach the editor as a JSON schema. */
import * as z from "zod/mini";
import { MeasureSettings } from "./measure/measure-settings.ts";

const Name = z
	.string()
	.check(
		z.regex(/^[\w.@-]{1,64}$/u),
		z.describe("Short name: 1 to 64 letters, digits, dots, dashes, underscores or @."),
	);

export const Sampling = z
	.strictObject({
		temperature: z.optional(z.number().check(z.gte(0), z.lte(2), z.describe("0 to 2; 0 is greedy."))),
		topP: z.optional(z.number().check(z.gt(0), z.lte(1), z.describe("Probability mass sampled from, above 0 to 1."))),
		maxTokens: z.optional(z.int().check(z.gte(1), z.describe("Tokens an answer may have."))),
		seed: z.optional(z.int().check(z.describe("Sent to the server and recorded; few servers keep their word on it."))),
	})
	.check(z.describe("How the teacher is sampled; what is left out is the server's own default."));
export type Sampling = z.infer<typeof Sampling>;

export const Price = z
	.strictObject({
		inputPerMillion: z.number().check(z.gte(0), z.describe("Money per million prompt tokens.")),
		outputPerMillion: z.number().check(z.gte(0), z.describe("Money per million answer tokens.")),
		currency: z.string().check(z.regex(/^[A-Z]{3}$/), z.describe("ISO 4217, such as EUR.")),
		asOf: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/), z.describe("The day the price was looked up, YYYY-MM-DD.")),
	})
	.check(z.describe("What the teacher costs. Left out means unknown, never free."));
export type Price = z.infer<typeof Price>;

export const Batch = z
	.strictObject({
		priceShare: z.optional(
			z
				.number()
				.check(
					z.gt(0),
					z.lte(1),
					z.describe("What a batched token costs against `price`; where left out, one half is assumed."),
				),
		),
	})
	.check(z.describe("Asks by OpenAI batch files: cheaper, and answered within 24 hours."));

/** What every teacher may say about its pace and price. */
const pacing = {
	sampling: z.optional(Sampling),
	price: z.optional(Price),
	concurrency: z.optional(z.int().check(z.gte(1), z.lte(1000), z.describe("Requests in flight at most."))),
	rpm: z.optional(z.int().check(z.gte(1), z.describe("Requests a minute the provider allows."))),
	tpm: z.optional(z.int().check(z.gte(1), z.describe("Tokens a minute the provider allows."))),
};

export const Teacher = z
	.strictObject({
		name: Name,
		kind: z.optional(
			z.literal("openai").check(z.describe("An OpenAI-compatible endpoint; so is a teacher without kind.")),
		),
		baseUrl: z
			.string()
			.check(
				z.regex(/^https?:\/\/[^\s?#@]+$/u),
				z.describe("Address of an OpenAI-compatible endpoint, with or without /v1; no user, query or key in it."),
			),
		model: z.string().check(z.minLength(1), z.maxLength(200), z.describe("The model's name as the endpoint knows it.")),
		batch: z.optional(Batch),
		...pacing,
	})
	.check(z.describe("A model that writes samples. Its key lives in the editor's secret storage or the environment."));
export type Teacher = z.infer<typeof Teacher>;

const SelectorPart = z.string().check(z.minLength(1), z.maxLength(200));

/** Fields of `EditorTeacher`, to be extended. */
export const EditorTeacherFields = z.strictObject({
	name: Name,
	kind: z
		.literal("vscode")
		.check(z.describe("One of the editor's own language models (vscode.lm); asked in the editor only.")),
	vendor: z.optional(SelectorPart.check(z.describe("Who provides the model, such as copilot."))),
	family: z.optional(SelectorPart.check(z.describe("The model's family, such as gpt-4o."))),
	id: z.optional(SelectorPart.check(z.describe("The model's exact id in the editor."))),
	...pacing,
});

export const EditorTeacher = EditorTeacherFields.check(
	z.refine(({ family, id }) => family !== undefined || id !== undefined, {
		error: "needs the family or the id of one of the editor's models",
	}),
	z.describe("One of the editor's own language models, asked with your consent. It has no address and no key."),
);
export type EditorTeacher = z.infer<typeof EditorTeacher>;

/** A teacher of either kind. */
export const AnyTeacher = z.discriminatedUnion("kind", [EditorTeacher, Teacher]);
export type AnyTeacher = z.infer<typeof AnyTeacher>;

export const Templates = z
	.strictObject({
		system: z.optional(
			z
				.record(z.string(), z.string())
				.check(z.describe("System prompts by language code, or * for all; {language} is its name.")),
		),
		generate: z.optional(z.string().check(z.describe("Placeholders: {language}, {task}, {examples}."))),
		translate: z.optional(z.string().check(z.describe("Placeholders: {language}, {prompt}."))),
		respond: z.optional(z.string().check(z.describe("Placeholders: {language}, {prompt}."))),
	})
	.check(z.describe("Wording of requests that replaces the product's own; its hash travels with every sample."));
export type Templates = z.infer<typeof Templates>;

export const Budget = z
	.strictObject({
		amount: z.number().check(z.gt(0)),
		currency: z.string().check(z.regex(/^[A-Z]{3}$/), z.describe("ISO 4217, as in the teachers' prices.")),
	})
	.check(z.describe("A run pauses before it spends more than this."));
export type Budget = z.infer<typeof Budget>;

export const Trainer = z
	.strictObject({
		url: z
			.string()
			.check(
				z.regex(/^wss?:\/\/[^\s?#@]+$/u),
				z.describe("ws:// to this machine (an ssh tunnel), or wss:// to another."),
			),
		caFile: z.optional(z.string().check(z.describe("PEM file of the certificate authority to trust."))),
		pin: z.optional(
			z.string().check(z.regex(/^[0-9a-f]{64}$/), z.describe("SHA-256 of the trainer's certificate in DER, in hex.")),
		),
	})
	.check(z.describe("Where students are trained; without it, practice mode on this machine."));
export type Trainer = z.infer<typeof Trainer>;

export const Benchmark = z
	.strictObject({
		task: z
			.string()
			.check(z.regex(/^[a-z][a-z0-9_]{0,39}$/), z.describe("Its name in results: small letters, digits, underscores.")),
		language: z.string().check(z.regex(/^[a-z]{2,3}$/), z.describe("ISO 639-1.")),
		file: z
			.string()
			.check(
				z.minLength(1),
				z.describe(
					"JSONL, relative to the workspace: {id, question, choices, answer} or {id, question, answer, shots}.",
				),
			),
	})
	.check(z.describe("Items of one's own that students are evaluated on, by the trainer's built-in backend."));
export type Benchmark = z.infer<typeof Benchmark>;

export const CheckSetting = z
	.strictObject({
		enabled: z.optional(z.boolean().check(z.describe("Whether the check reports."))),
		threshold: z.optional(z.number().check(z.describe("Replaces the check's main threshold; see the check's page."))),
		thresholds: z.optional(
			z
				.record(z.string(), z.number())
				.check(z.describe("Replaces the check's further thresholds, by the names on its page.")),
		),
	})
	.check(z.describe("One check's switch and threshold."));
export type CheckSetting = z.infer<typeof CheckSetting>;

export const CheckSettings = z
	.record(z.string(), z.record(z.string(), CheckSetting))
	.check(z.describe("By language code, or * for all; then by check code."));
export type CheckSettings = z.infer<typeof CheckSettings>;

export const FieldMapping = z
	.strictObject({
		prompt: z.string(),
		response: z.string(),
		language: z.optional(z.string()),
		id: z.optional(z.string()),
	})
	.check(z.describe("Names of the fields that hold prompt and response in files of another shape."));
export type FieldMapping = z.infer<typeof FieldMapping>;

const LanguageCode = z.string().check(z.regex(/^[a-z]{2,3}$/), z.describe("ISO 639-1."));

export const Generation = z
	.strictObject({
		teachers: z.optional(
			z.array(z.string()).check(z.describe("Names of teachers; all of the project where left out.")),
		),
		languages: z.optional(z.array(LanguageCode)),
		strategies: z.optional(z.array(z.enum(["generate", "translate", "respond"]))),
		count: z.optional(
			z
				.int()
				.check(
					z.gte(1),
					z.describe("Accepted samples wanted of each teacher in each language, in equal shares over the strategies."),
				),
		),
		budget: z.optional(Budget),
		accept: z.optional(
			z
				.enum(["checks", "valid"])
				.check(
					z.describe(
						"checks (default): a sample counts only where the annotator's checks find nothing that makes it useless. valid: the answer's form is enough, and weak samples stay for the review.",
					),
				),
		),
		templates: z.optional(Templates),
	})
	.check(z.describe("The grid of a generation run: teachers by languages by strategies."));
export type Generation = z.infer<typeof Generation>;

export const Project = z.strictObject({
	$schema: z.optional(z.string()),
	teachers: z._default(z.array(AnyTeacher), []),
	languages: z._default(z.array(LanguageCode).check(z.describe("Languages offered first.")), []),
	seeds: z._default(z.array(z.string()).check(z.describe("Seed files, relative to the workspace.")), []),
	generation: z.optional(Generation),
	trainer: z.optional(Trainer),
	references: z._default(
		z
			.record(z.string(), z.string())
			.check(z.describe("Reference model by student base: what PGR 1 means. The paper's bases are known.")),
		{},
	),
	benchmarks: z._default(z.array(Benchmark), []),
	checks: z._default(CheckSettings, {}),
	fields: z.optional(FieldMapping),
	measure: z.optional(MeasureSettings),
	/** Who decides a text's language; `franc-cld3` does without fastText's model and its CC-BY-SA licence. */
	languageDetection: z._default(z.enum(["fasttext-cld3", "franc-cld3"]), "fasttext-cld3"),
});
export type Project = z.infer<typeof Project>;

/** The project of a workspace without a `polyglot.json`. */
export const emptyProject: Project = Project.parse({});

/** The JSON schema the editor checks and completes `polyglot.json` with; kept in `media/polyglot.schema.json`. */
export function projectSchema(): unknown {
	return z.toJSONSchema(Project, { io: "input", target: "draft-7" });
}
