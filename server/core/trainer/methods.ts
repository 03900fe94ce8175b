/** Every method of the trainer protocol with the schemas of its params and its result (§3, §5). */
import * as z from "zod/mini";
import { RunEvent, TrainingSample } from "./events.ts";
import {
	Artifact,
	Capabilities,
	Count,
	Dataset,
	datasetKinds,
	Issue,
	Run,
	runKinds,
	ServerName,
	Time,
	TransferId,
	Uuid,
} from "./objects.ts";
import { RunId, Sha256 } from "./spec.ts";

const Spec = z.record(z.string(), z.unknown());
const Title = z.optional(z.string().check(z.maxLength(200)));
const Group = z.optional(z.string().check(z.maxLength(64)));
const ofRun = z.object({ runId: RunId });
const Nothing = z.object({});
const limit = (most: number) => z.optional(z.int().check(z.gte(1), z.lte(most)));

export const Resumed = z.object({ runId: RunId, lastSeq: Count, final: z.boolean(), error: z.optional(z.string()) });

export const InitializeResult = z.object({
	serverId: Uuid,
	server: ServerName,
	protocol: z.string(),
	logEpoch: Uuid,
	time: Time,
	capabilities: Capabilities,
	resumed: z.array(Resumed),
});
export type InitializeResult = z.infer<typeof InitializeResult>;

const Launched = z.object({ run: Run, created: z.boolean() });

const Preflight = z.object({
	ok: z.boolean(),
	depth: z.enum(["quick", "full"]),
	estimated: z.boolean(),
	rows: z.nullable(Count),
	steps: z.nullable(Count),
	tokens: z.nullable(Count),
	trainTokens: z.nullable(Count),
	dropped: z.nullable(z.object({ tooLong: Count, noTrainedTokens: Count })),
	truncated: z.nullable(Count),
	vramEstimateGiB: z.nullable(z.number()),
	/** Of the longest row, before the length policy; full depth only, as the decoded row. */
	longestTokens: z.optional(Count),
	sample: z.optional(TrainingSample),
	warnings: z.array(Issue),
	errors: z.array(Issue),
});
export type Preflight = z.infer<typeof Preflight>;

const ServerInfo = z.object({
	serverId: Uuid,
	logEpoch: Uuid,
	time: Time,
	server: ServerName,
	capabilities: Capabilities,
	runs: z.object({ queued: Count, active: Count }),
	diskFreeBytes: Count,
	engines: z.array(z.object({ name: z.string(), reachable: z.boolean(), lastSeenAt: z.nullable(Time) })),
});

const isOneOf = z.refine<{ runId?: string | undefined; idempotencyKey?: string | undefined }>(
	({ runId, idempotencyKey }) => (runId === undefined) !== (idempotencyKey === undefined),
	{ message: "Give exactly one of runId and idempotencyKey." },
);

export const methods = {
	initialize: {
		params: z.object({
			client: z.object({ name: z.string(), version: z.string() }),
			protocol: z.string().check(z.regex(/^\d{1,4}\.\d{1,4}$/)),
			logEpoch: z.nullable(Uuid),
			resume: z.array(z.object({ runId: RunId, afterSeq: Count })).check(z.maxLength(32)),
		}),
		result: InitializeResult,
	},
	"runs.launch": {
		params: z.object({ idempotencyKey: Uuid, spec: Spec, title: Title, group: Group }),
		result: Launched,
	},
	"runs.get": { params: ofRun, result: z.object({ run: Run }) },
	"runs.list": {
		params: z.object({
			kind: z.optional(z.enum(runKinds)),
			states: z.optional(z.array(z.string())),
			group: Group,
			limit: limit(200),
			cursor: z.optional(z.string()),
		}),
		result: z.object({ runs: z.array(Run), nextCursor: z.nullable(z.string()) }),
	},
	"runs.cancel": {
		params: z
			.object({
				runId: z.optional(RunId),
				idempotencyKey: z.optional(Uuid),
				graceS: z.optional(z.int().check(z.gte(0), z.lte(600))),
			})
			.check(isOneOf),
		result: z.union([z.object({ run: Run }), z.object({ tombstone: z.literal(true) })]),
	},
	"runs.resume": {
		params: z.object({ runId: RunId, idempotencyKey: Uuid, fromStep: z.optional(Count) }),
		result: z.object({ run: Run, continued: z.boolean() }),
	},
	"runs.delete": { params: ofRun, result: z.object({ deleted: z.boolean() }) },
	"runs.subscribe": {
		params: z.object({ runId: RunId, afterSeq: Count }),
		result: z.object({ runId: RunId, afterSeq: Count, lastSeq: Count, final: z.boolean() }),
	},
	"runs.unsubscribe": { params: ofRun, result: Nothing },
	"runs.events": {
		params: z.object({ runId: RunId, afterSeq: Count, limit: limit(1000) }),
		result: z.object({ events: z.array(RunEvent), lastSeq: Count, final: z.boolean(), more: z.boolean() }),
	},
	"evals.launch": { params: z.object({ idempotencyKey: Uuid, spec: Spec, title: Title }), result: Launched },
	"datasets.begin": {
		params: z.object({
			sha256: Sha256,
			bytes: z.int().check(z.gte(1)),
			kind: z.enum(datasetKinds),
			name: z.optional(z.string().check(z.maxLength(200))),
		}),
		result: z.union([
			z.object({ exists: z.literal(true), dataset: Dataset }),
			z.object({ exists: z.literal(false), uploadId: TransferId, offset: Count, expiresAt: Time }),
		]),
	},
	"datasets.commit": { params: z.object({ uploadId: TransferId }), result: z.object({ dataset: Dataset }) },
	"artifacts.list": { params: ofRun, result: z.object({ artifacts: z.array(Artifact) }) },
	"artifacts.read": {
		params: z.object({
			sha256: Sha256,
			offset: Count,
			length: z.int().check(z.gte(1), z.lte(4_194_304)),
			transferId: TransferId,
		}),
		result: z.object({ sha256: Sha256, bytes: Count, offset: Count, length: Count, eof: z.boolean() }),
	},
	"logs.read": {
		params: z.object({
			runId: RunId,
			attempt: z.optional(z.int().check(z.gte(1))),
			stream: z.enum(["worker", "engine"]),
			offset: z.int(),
			limit: limit(65_536),
		}),
		result: z.object({ offset: Count, nextOffset: Count, size: Count, text: z.string(), eof: z.boolean() }),
	},
	"server.info": { params: Nothing, result: ServerInfo },
	"server.preflight": {
		params: z.object({ spec: Spec, depth: z.enum(["quick", "full"]) }),
		result: Preflight,
	},
} as const;

export type MethodName = keyof typeof methods;
export type Params<M extends MethodName> = z.infer<(typeof methods)[M]["params"]>;
export type Result<M extends MethodName> = z.infer<(typeof methods)[M]["result"]>;

export function isMethod(name: string): name is MethodName {
	return Object.hasOwn(methods, name);
}
