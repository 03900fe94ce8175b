/** `polyglot curve`: nested samples of a dataset, so that students trained on them make a learning curve. */
import { resolve } from "node:path";
import { UserError } from "../core/problem.ts";
import { drawNestedSamples } from "../node/nested-samples.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { type OptionsOf, runCommand, text } from "./options.ts";

const usage = `Usage: polyglot curve --data FILE --sizes 300,1000,3000 [--seed N] [--out DIR] [--folder DIR]

  --data    JSONL file of samples
  --sizes   rows of each sample; each sample holds all smaller ones, strategies in equal shares
  --seed    of the draw (default: 0)
  --out     folder of the samples (default: beside the dataset)
  --folder  workspace in which students will be scored (default: the current folder)

Train and evaluate a student on each sample; the score panel's Recipe then shows its learning curve. Prints one JSON
object with the rows, path and SHA-256 of each sample.
`;

const options = { data: text, sizes: text, seed: { type: "string", default: "0" }, out: text, folder: text } as const;

export const run = (args: string[], io: CommandIo): Promise<ExitCode> =>
	runCommand({ name: "curve", usage, options }, args, io, (asked) => curve(asked, io));

async function curve(asked: OptionsOf<typeof options>, io: CommandIo): Promise<ExitCode> {
	if (asked.data === undefined) throw new UserError("usage", "Name a dataset with --data. See polyglot curve --help.");
	const sizes = (asked.sizes ?? "").split(",").map(Number);
	if (sizes.length < 2 || sizes.some((size) => !Number.isInteger(size) || size < 1))
		throw new UserError("usage", "--sizes: give at least two whole numbers of rows, such as 300,1000,3000.");
	const seed = Number(asked.seed);
	if (!Number.isInteger(seed) || seed < 0) throw new UserError("usage", `--seed ${asked.seed}: a whole number from 0.`);
	const nested = await drawNestedSamples({
		file: resolve(io.cwd, asked.data),
		sizes,
		seed,
		folder: resolve(io.cwd, asked.folder ?? "."),
		out: asked.out === undefined ? undefined : resolve(io.cwd, asked.out),
	});
	io.stdout(`${JSON.stringify(nested, null, "\t")}\n`);
	return 0;
}
