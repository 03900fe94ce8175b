/** Runs a command of the command line without a process, and records what it wrote. */
import { fileURLToPath } from "node:url";
import type { Command, CommandIo, ExitCode } from "../../server/cli/command.ts";

export interface Recorded {
	readonly code: ExitCode;
	readonly stdout: string;
	readonly stderr: readonly string[];
}

/** Runs in `cwd`, with no environment and nobody pressing Ctrl+C unless `more` says so. */
export async function recorded(
	command: Command,
	args: readonly string[],
	cwd: string,
	more: Partial<CommandIo> = {},
): Promise<Recorded> {
	let stdout = "";
	const stderr: string[] = [];
	const code = await command([...args], {
		stdout: (text) => {
			stdout += text;
		},
		stderr: (line) => stderr.push(line),
		env: {},
		cwd,
		mediaFolder: fileURLToPath(new URL("../../media/", import.meta.url)),
		version: "0.0.0",
		signal: new AbortController().signal,
		...more,
	});
	return { code, stdout, stderr };
}
