/** From arguments and project to what a run shall do. */
import { resolve } from "node:path";
import { originOf } from "../core/generate/base-url.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import type { Budget } from "../core/generate/spending.ts";
import { UserError } from "../core/problem.ts";
import type { Project } from "../core/project.ts";
import { Strategy } from "../core/sample-row.ts";
import type { GenerateOptions, ResumeOptions, RunSurroundings } from "../node/generate-run.ts";
import type { CommandIo } from "./command.ts";
import { maxTokensOf, required, type Values, whole } from "./generate-arguments.ts";

type NewRun = Omit<GenerateOptions, keyof RunSurroundings>;

export function newRun(values: Values, project: Project, io: CommandIo, teachers: readonly RunTeacher[]): NewRun {
	const grid = project.generation;
	const languages = values.lang?.split(",").map((code) => code.trim()) ?? grid?.languages ?? [];
	if (languages.length === 0) throw new UserError("arguments", "--lang is missing. See polyglot generate --help.");
	const wrong = languages.find((code) => !/^[a-z]{2,3}$/.test(code));
	if (wrong !== undefined) throw new UserError("arguments", `--lang ${wrong} is no language code such as de.`);
	const output = resolve(io.cwd, required("out", values.out));
	const seedFiles = (values.seeds ?? project.seeds).map((path) => resolve(io.cwd, path));
	if (seedFiles.length === 0) throw new UserError("arguments", "--seeds is missing: a JSONL file of seeds.");
	return {
		teachers,
		languages,
		seedFiles,
		output,
		strategies: values.strategy === undefined ? (grid?.strategies ?? ["generate"]) : strategiesOf(values.strategy),
		count: whole("count", required("count", values.count ?? grid?.count?.toString()), 1, 10_000_000),
		seed: whole("seed", values.seed, 0, 2 ** 31 - 1),
		tool: io.version,
		...(grid?.templates ? { templates: grid.templates } : {}),
		...budgetOf(values, project, teachers),
	};
}

/** The budget in the teachers' currency, else the project's. */
export function budgetOf(
	{ budget }: Values,
	{ generation, teachers: known }: Project,
	teachers: readonly RunTeacher[],
): { budget?: Budget } {
	if (budget === undefined) return generation?.budget ? { budget: generation.budget } : {};
	const amount = Number(budget);
	if (!(amount > 0)) throw new UserError("arguments", `--budget ${budget} is not an amount above 0.`);
	const currency = (teachers.length > 0 ? teachers : known).find(({ price }) => price)?.price?.currency;
	if (currency === undefined)
		throw new UserError(
			"arguments",
			"--budget needs a price of the teachers in polyglot.json; without one, what a run spends is unknown.",
		);
	return { budget: { amount, currency } };
}

function strategiesOf(text: string): Strategy[] {
	const names = [...new Set(text.split(",").map((name) => name.trim()))];
	return names.map((name) => {
		const strategy = Strategy.safeParse(name);
		if (!strategy.success)
			throw new UserError("arguments", `--strategy ${name} is not one of generate, translate, respond.`);
		return strategy.data;
	});
}

export function rerunOf(values: Values): Pick<ResumeOptions, "rerun" | "maxTokens" | "batch" | "cancelBatches"> {
	const maxTokens = maxTokensOf(values);
	const causes = values.rerun?.split(",").map((cause) => cause.trim());
	const batch = values.batch || values.direct ? { batch: values.batch === true } : {};
	const cancel = values["cancel-batches"] ? { cancelBatches: true } : {};
	return {
		...batch,
		...cancel,
		...(causes ? { rerun: causes } : {}),
		...(maxTokens === undefined ? {} : { maxTokens }),
	};
}

export function originFrom(url: string): string {
	if (!URL.canParse(url)) throw new UserError("arguments", `--reuse-from ${url} is no address.`);
	return originOf(url);
}
