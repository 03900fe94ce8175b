/** Reads the options of a command, and is the edge where an unusable one leaves it. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { UserError } from "../core/problem.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { plain } from "./trainer-door.ts";

export const text = { type: "string" } as const;
export const flag = { type: "boolean", default: false } as const;

/** Which trainer a command works with. */
export const trainerOptions = { trainer: text, practice: flag, ca: text, pin: text } as const;

const help = { help: { type: "boolean", short: "h", default: false } } as const;

interface Command<T extends ParseArgsOptionsConfig> {
	readonly name: string;
	readonly usage: string;
	readonly options: T;
}

export type OptionsOf<T extends ParseArgsOptionsConfig> = ReturnType<
	typeof parseArgs<{ args: string[]; options: T }>
>["values"];

/** Runs the command; help and wrong usage are answered here, and a UserError is one line on stderr. */
export async function runCommand<T extends ParseArgsOptionsConfig>(
	{ name, usage, options }: Command<T>,
	args: string[],
	io: CommandIo,
	work: (asked: OptionsOf<T>) => Promise<ExitCode>,
): Promise<ExitCode> {
	try {
		const asked = parse(name, args, { ...options, ...help });
		if (asked.help !== true) return await work(asked as OptionsOf<T>);
		io.stdout(usage);
		return 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot ${name}: ${plain(cause.message)}`);
		return 2;
	}
}

function parse(name: string, args: string[], options: ParseArgsOptionsConfig): Record<string, unknown> {
	try {
		return parseArgs({ args, options }).values;
	} catch (cause) {
		throw new UserError("usage", `${cause instanceof Error ? cause.message : cause} See polyglot ${name} --help.`);
	}
}
