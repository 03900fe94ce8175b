/** `polyglot …`: every stage without an editor. Reads arguments, runs one command, sets the exit code. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command, CommandIo, ExitCode } from "./cli/command.ts";
import { UserError } from "./core/problem.ts";
import { isEngineThread, serveEngineThread } from "./node/engine-thread.ts";

interface Entry {
	readonly summary: string;
	/** Loaded when asked for, so that a quick command starts quickly. */
	readonly load: () => Promise<{ run: Command }>;
}

const commands: Readonly<Record<string, Entry>> = {
	annotate: { summary: "check samples and say why they are weak", load: () => import("./cli/annotate.ts") },
	convert: { summary: "make JSON Lines of an array, a packed file or a table", load: () => import("./cli/convert.ts") },
	generate: { summary: "ask teachers for samples", load: () => import("./cli/generate.ts") },
	measure: {
		summary: "measure a dataset: diversity, length, rubric, perplexity",
		load: () => import("./cli/measure.ts"),
	},
	train: { summary: "train a student on a trainer", load: () => import("./cli/train.ts") },
	evaluate: { summary: "evaluate a student, with its base and reference", load: () => import("./cli/evaluate.ts") },
	score: { summary: "compute the Polyglot Score, as published and guarded", load: () => import("./cli/score.ts") },
	curve: { summary: "draw nested samples for a learning curve", load: () => import("./cli/curve.ts") },
	audit: { summary: "check that score files add up, with the arithmetic", load: () => import("./cli/audit.ts") },
	recommend: { summary: "say which teachers to try, on what evidence", load: () => import("./cli/recommend.ts") },
	practice: {
		summary: "run the practice teachers and trainer in the foreground",
		load: () => import("./cli/practice.ts"),
	},
	demo: { summary: "walk the whole way on practice mode", load: () => import("./cli/demo.ts") },
	lsp: { summary: "serve any LSP editor over --stdio", load: () => import("./cli/lsp.ts") },
};

async function main(args: readonly string[], io: CommandIo): Promise<ExitCode> {
	const [name, ...rest] = args;
	if (name === undefined || name === "help" || name === "--help" || name === "-h") return showUsage(io);
	if (name === "--version") return showVersion(io);
	const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (!entry) {
		io.stderr(`polyglot: there is no command \`${name}\`. Run \`polyglot help\` for the list.`);
		return 2;
	}
	const { run } = await entry.load();
	return run(rest, io);
}

function showUsage(io: CommandIo): ExitCode {
	const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
	io.stdout(`Usage: polyglot <command> [options]; each command explains itself with --help.\n\n${lines.join("\n")}\n`);
	return 0;
}

function showVersion(io: CommandIo): ExitCode {
	io.stdout(`${io.version}\n`);
	return 0;
}

/** Erases the line (ECMA-48 EL) before it writes it anew. */
function showProgress(text: string): void {
	process.stderr.write(`\r\u001b[K${text}`);
}

function readVersion(): string {
	const manifest: { version: string } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
	return manifest.version;
}

/** A second Ctrl+C ends the process at once; what was acknowledged is on disk. */
function abortOnSignals(): AbortSignal {
	const controller = new AbortController();
	const stop = () => (controller.signal.aborted ? process.exit(130) : controller.abort());
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
	return controller.signal;
}

async function runProcess(): Promise<void> {
	// A reader that went away (`polyglot … | head`) is no failure.
	process.stdout.on("error", (cause: NodeJS.ErrnoException) => process.exit(cause.code === "EPIPE" ? 0 : 2));
	try {
		process.exitCode = await main(process.argv.slice(2), {
			stdout: (text) => process.stdout.write(text),
			stderr: (line) => process.stderr.write(`${line}\n`),
			...(process.stderr.isTTY ? { showProgress } : {}),
			env: process.env,
			cwd: process.cwd(),
			mediaFolder: fileURLToPath(new URL("../media/", import.meta.url)),
			engineFile: new URL(import.meta.url),
			version: readVersion(),
			signal: abortOnSignals(),
		});
	} catch (cause) {
		// The one edge of this process: what the user can mend as it stands, anything else with its origin.
		const text =
			cause instanceof UserError
				? cause.message
				: cause instanceof Error
					? (cause.stack ?? cause.message)
					: String(cause);
		process.stderr.write(`polyglot: ${cause instanceof UserError ? text.replaceAll(/\s*\n\s*/gu, " ") : text}\n`);
		process.exitCode = 2;
	}
}

// The product is one file, from which its threads start as well.
if (isEngineThread()) await serveEngineThread();
else await runProcess();
