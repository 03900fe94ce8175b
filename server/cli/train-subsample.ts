/** `--subsample` of `polyglot train`: the rows that `polyglot measure` measures by the same numbers. */
import { join, resolve } from "node:path";
import { UserError } from "../core/problem.ts";
import { writeSubsample } from "../node/measure-subsample.ts";
import { loadProject } from "../node/project-file.ts";
import type { CommandIo } from "./command.ts";
import { drawOf } from "./measure-arguments.ts";

/** Absolute path of the drawn rows; undefined where none are asked for. */
export async function drawnFile(
	files: readonly string[],
	{ subsample, seed }: { readonly subsample?: string | undefined; readonly seed?: string | undefined },
	io: CommandIo,
): Promise<string | undefined> {
	const draw = drawOf(subsample, seed);
	if (!draw) return undefined;
	const { project } = await loadProject(io.cwd);
	const dataset = { files: files.map((name) => ({ name, path: resolve(io.cwd, name) })), mapping: project?.fields };
	const folder = join(io.cwd, ".polyglot", "subsamples");
	const { path, idsPath, rows } = await writeSubsample(dataset, draw, folder, io.signal).catch((cause: unknown) => {
		if (cause instanceof UserError) throw cause;
		throw new UserError("dataset-unreadable", `The rows can't be drawn: ${String(cause)}`, { cause });
	});
	io.stderr(`${rows} rows drawn by seed ${draw.seed}; their ids are in ${idsPath}`);
	return path;
}
