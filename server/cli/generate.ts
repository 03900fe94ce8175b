/** `polyglot generate`: asks teachers for samples and appends the accepted ones to a file. */
import { acceptByChecks } from "../core/generate/accept-by-checks.ts";
import { originOf } from "../core/generate/base-url.ts";
import { estimateText } from "../core/generate/estimate-text.ts";
import type { EndpointTeacher } from "../core/generate/run-records.ts";
import { templatesInForce } from "../core/generate/templates.ts";
import type { Project } from "../core/project.ts";
import { requestStory } from "../node/generate-curl.ts";
import {
	estimateGenerateRun,
	type GenerateOptions,
	type GenerateRun,
	type RunSurroundings,
	resumeGenerateRun,
	startGenerateRun,
} from "../node/generate-run.ts";
import { detectorsOrFranc } from "../node/language-detectors.ts";
import { keyFromEnvironment } from "../node/teacher-keys.ts";
import { practiceTeachers, startPracticeTeachers } from "../practice/teachers.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { parsed, usage, type Values } from "./generate-arguments.ts";
import { budgetOf, newRun, originFrom, rerunOf } from "./generate-order.ts";
import { readProjectFile } from "./generate-project.ts";
import { progressLine, summaryOf, summaryText } from "./generate-report.ts";
import { addressed, chosenTeachers } from "./generate-teachers.ts";

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	const values = parsed(args);
	if (values.help) {
		io.stdout(usage);
		return 0;
	}
	if (values.curl !== undefined) return shown(values.curl, values.row, io);
	const project = await readProjectFile(values.project, io.cwd);
	if (values.templates) {
		io.stdout(`${JSON.stringify(templatesInForce(project.generation?.templates), null, "\t")}\n`);
		return 0;
	}
	const teachers = values.resume === undefined ? chosenTeachers(values, project) : [];
	// A resumed run may have practice teachers; they are started in any case and cost nothing.
	const needsPractice = values.resume !== undefined || teachers.some(({ isPractice }) => isPractice);
	const practice = needsPractice ? await startPracticeTeachers({ mediaFolder: io.mediaFolder }) : undefined;
	const canned = practice ? practiceTeachers(practice.baseUrl) : [];
	try {
		const surroundings = await surroundingsOf(values, project, io, { canned, key: practice?.apiKey ?? null });
		if (values.resume !== undefined) return await resumed(values.resume, { values, project, io, surroundings, canned });
		const present = teachers.map((teacher) => addressed(teacher, canned));
		return await begun({ ...surroundings, ...newRun(values, project, io, present) }, values, io);
	} finally {
		await practice?.close();
	}
}

interface Resumed {
	readonly values: Values;
	readonly project: Project;
	readonly io: CommandIo;
	readonly surroundings: RunSurroundings;
	readonly canned: readonly EndpointTeacher[];
}

async function resumed(runId: string, { values, project, io, surroundings, canned }: Resumed): Promise<ExitCode> {
	const changes = { ...rerunOf(values), ...budgetOf(values, project, []), teachers: canned };
	return finished(await resumeGenerateRun(runId, { ...surroundings, ...changes }), values.format, io);
}

async function begun(options: GenerateOptions, values: Values, io: CommandIo): Promise<ExitCode> {
	const estimate = await estimateGenerateRun(options);
	if (values.estimate) {
		io.stdout(values.format === "json" ? `${JSON.stringify(estimate)}\n` : `${estimateText(estimate)}\n`);
		return 0;
	}
	io.stderr(estimateText(estimate).split("\n")[0] ?? "");
	return finished(await startGenerateRun(options), values.format, io);
}

/** One request and its attempts, for a look by hand. */
async function shown(runId: string, row: string | undefined, io: CommandIo): Promise<ExitCode> {
	const { key, teacher, attempts, curl } = await requestStory(io.cwd, runId, row);
	io.stderr(`${teacher}, request ${key}`);
	for (const { attempt, outcome, status, latencyMs, reasons } of attempts)
		io.stderr(`  attempt ${attempt}: ${[outcome, status, `${latencyMs} ms`, ...reasons].filter(Boolean).join(", ")}`);
	io.stdout(`${curl}\n`);
	return 0;
}

async function surroundingsOf(
	values: Values,
	project: Project,
	io: CommandIo,
	practice: { canned: readonly EndpointTeacher[]; key: string | null },
): Promise<RunSurroundings> {
	const practiceOrigins = new Set(practice.canned.map(({ baseUrl }) => originOf(baseUrl)));
	const rule = values.accept ?? project.generation?.accept ?? "checks";
	const isChecked = rule === "checks" && !values.estimate;
	const detectors = isChecked ? await detectorsOrFranc(io.mediaFolder, (line) => io.stderr(line)) : undefined;
	let shown = Number.NEGATIVE_INFINITY;
	return {
		folder: io.cwd,
		signal: io.signal,
		probe: true,
		reuse: !values.fresh,
		doubleTruncated: !values["keep-limit"],
		reuseOrigins: (values["reuse-from"] ?? []).map(originFrom),
		...(detectors ? { accept: acceptByChecks({ project, detectors }) } : {}),
		key: async (name, origin) =>
			practiceOrigins.has(origin) ? practice.key : keyFromEnvironment(io.env, name, origin),
		onProgress: (progress) => {
			// A line a second is enough for a terminal and for a log.
			if (progress.state !== "running" || performance.now() - shown < 1_000) return;
			shown = performance.now();
			io.stderr(progressLine(progress));
		},
	};
}

async function finished(started: GenerateRun, format: string, io: CommandIo): Promise<ExitCode> {
	io.stderr(`run ${started.runId}`);
	for (const note of started.notes) io.stderr(note);
	const end = await started.ended;
	if (end.message !== null) io.stderr(end.message);
	const isShort = end.state === "done" && end.accepted < end.target;
	if (end.state !== "done") io.stderr(`Go on with: polyglot generate --resume ${end.runId}`);
	io.stdout(format === "json" ? `${JSON.stringify(summaryOf(end))}\n` : `${summaryText(end)}\n`);
	return end.state === "done" && !isShort ? 0 : 1;
}
