/** Opens the backends that the arguments of `polyglot measure` name, with their keys, caches and practice mode. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { originOf } from "../core/generate/base-url.ts";
import type { Scored } from "../core/measure/group-measure.ts";
import type { Rating } from "../core/measure/ratings.ts";
import { UserError } from "../core/problem.ts";
import type { Teacher } from "../core/project.ts";
import { EndpointSource } from "../node/embedding-endpoint.ts";
import { LexicalSource } from "../node/embedding-lexical.ts";
import type { EmbeddingSource } from "../node/embedding-source.ts";
import { type CacheCodec, cachePath, MeasureCache, vectorCodec } from "../node/measure-cache.ts";
import type { SampleBackend } from "../node/measure-dataset.ts";
import { JudgeEndpoint, judgementCodec } from "../node/measure-judge.ts";
import { likelihoodCodec, ScorerEndpoint } from "../node/scorer-endpoint.ts";
import { TeacherEndpoint } from "../node/teacher-endpoint.ts";
import { keyFromEnvironment } from "../node/teacher-keys.ts";
import { startPracticeTeachers } from "../practice/teachers.ts";
import type { CommandIo } from "./command.ts";
import { teachersOfProject } from "./generate-project.ts";
import type { MeasureArguments } from "./measure-arguments.ts";

export interface MeasureBackends {
	readonly embeddings: EmbeddingSource;
	readonly judges: readonly SampleBackend<Rating>[];
	readonly scorer: SampleBackend<Scored> | null;
	/** Ends what was opened. */
	close(): Promise<void>;
}

/** The practice judge's name, as its own server knows it. */
const practiceJudge = "practice-judge";

export async function openMeasureBackends(options: MeasureArguments, io: CommandIo): Promise<MeasureBackends> {
	const opened = new Opened(io);
	try {
		const embeddings = await embeddingsOf(options, opened);
		const scorer = await scorerOf(options, opened);
		const judges = await judgesOf(options, opened);
		return { embeddings, scorer, judges, close: () => opened.close() };
	} catch (cause) {
		await opened.close();
		throw cause;
	}
}

/** What has to be closed again, in the order it was opened. */
class Opened {
	readonly io: CommandIo;
	readonly #closers: (() => Promise<void>)[] = [];

	constructor(io: CommandIo) {
		this.io = io;
	}

	endpoint(baseUrl: string, key: string | null): TeacherEndpoint {
		const endpoint = new TeacherEndpoint({ baseUrl }, { key });
		this.#closers.push(() => endpoint.close());
		return endpoint;
	}

	async cache<Value>(name: string, codec: CacheCodec<Value>): Promise<MeasureCache<Value>> {
		const cache = await MeasureCache.open(cachePath(this.io.cwd, name), codec);
		this.#closers.push(() => cache.close());
		return cache;
	}

	async practice(): Promise<{ readonly baseUrl: string; readonly apiKey: string }> {
		const server = await startPracticeTeachers({ mediaFolder: this.io.mediaFolder });
		this.#closers.push(() => server.close());
		return server;
	}

	async close(): Promise<void> {
		for (const close of this.#closers.splice(0).reverse()) await close();
	}
}

async function embeddingsOf({ embeddings }: MeasureArguments, opened: Opened): Promise<EmbeddingSource> {
	if (!embeddings) return new LexicalSource();
	const { baseUrl, model } = embeddings;
	const endpoint = opened.endpoint(baseUrl, keyFromEnvironment(opened.io.env, "embeddings", originOf(baseUrl)));
	const cache = await opened.cache("embeddings", vectorCodec);
	return EndpointSource.open({ endpoint, model, cache }, opened.io.signal);
}

async function scorerOf(
	{ scorer, isPaperCompatible }: MeasureArguments,
	opened: Opened,
): Promise<ScorerEndpoint | null> {
	if (!scorer) return null;
	const { baseUrl, model } = scorer;
	const endpoint = opened.endpoint(baseUrl, keyFromEnvironment(opened.io.env, "scorer", originOf(baseUrl)));
	const cache = await opened.cache("perplexity", likelihoodCodec);
	const separator = isPaperCompatible ? "" : "\n";
	return ScorerEndpoint.open({ endpoint, model, cache, separator }, opened.io.signal);
}

async function judgesOf({ judges, rubricFile }: MeasureArguments, opened: Opened): Promise<JudgeEndpoint[]> {
	if (judges.length === 0) {
		if (rubricFile !== null) throw new UserError("usage", "--rubric goes with --judge.");
		return [];
	}
	const rubric = rubricFile === null ? undefined : await rubricOf(rubricFile, opened.io);
	const teachers = await teachersOfProject(undefined, opened.io.cwd);
	const cache = await opened.cache("ratings", judgementCodec);
	const named: JudgeEndpoint[] = [];
	for (const name of judges) {
		const { teacher, endpoint } = await judgeOf(name, teachers, opened);
		const concurrency = teacher.concurrency === undefined ? {} : { concurrency: teacher.concurrency };
		named.push(
			new JudgeEndpoint({ endpoint, teacher, cache, ...concurrency, ...(rubric === undefined ? {} : { rubric }) }),
		);
	}
	return named;
}

async function judgeOf(name: string, teachers: readonly Teacher[], opened: Opened) {
	const teacher = teachers.find((one) => one.name === name);
	if (teacher) {
		const key = keyFromEnvironment(opened.io.env, name, originOf(teacher.baseUrl));
		return { teacher, endpoint: opened.endpoint(teacher.baseUrl, key) };
	}
	if (name !== practiceJudge) {
		const known = [...teachers.map((one) => one.name), practiceJudge].join(", ");
		throw new UserError("usage", `--judge ${name}: polyglot.json has no such teacher. Known: ${known}.`);
	}
	const { baseUrl, apiKey } = await opened.practice();
	const practice: Teacher = { name, model: practiceJudge, baseUrl };
	return { teacher: practice, endpoint: opened.endpoint(baseUrl, apiKey) };
}

async function rubricOf(file: string, io: CommandIo): Promise<string> {
	const text = await readFile(resolve(io.cwd, file), "utf8").catch((cause: unknown) => {
		throw new UserError("rubric", `The rubric ${file} can't be read: ${String(cause)}`, { cause });
	});
	if (text.trim() === "") throw new UserError("rubric", `The rubric ${file} is empty.`);
	return text;
}
