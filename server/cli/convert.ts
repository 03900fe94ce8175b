/** `polyglot convert`: makes JSON Lines of an array, a packed file or a Parquet table. */
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../core/problem.ts";
import { convertedPath, convertFile } from "../node/convert-file.ts";
import type { CommandIo, ExitCode } from "./command.ts";

const usage = `Usage: polyglot convert FILE [OUTPUT] [--force]

Writes one sample a line (JSON Lines) from a file that is one JSON array, packed (.gz, .zst), or a Parquet table.
OUTPUT is FILE with the ending .jsonl where not said; --force replaces it where it exists.
Exit code: 0; 2 = arguments or files can't be used, and nothing was written.
`;

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const { values, positionals } = parse(args);
		if (values.help) {
			io.stdout(usage);
			return 0;
		}
		const [file, output, ...rest] = positionals;
		if (file === undefined || rest.length > 0)
			throw new UserError("usage", "Name one file, and one to write at most. See polyglot convert --help.");
		const path = resolve(io.cwd, file);
		const target = output === undefined ? convertedPath(path) : resolve(io.cwd, output);
		const count = await convertFile(path, target, { signal: io.signal, isForced: values.force });
		io.stdout(`${count} lines in ${relative(io.cwd, target)}\n`);
		return 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot convert: ${cause.message}`);
		return 2;
	}
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			allowPositionals: true,
			options: { force: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
		});
	} catch (cause) {
		throw new UserError("usage", `${cause instanceof Error ? cause.message : cause} See polyglot convert --help.`);
	}
}
