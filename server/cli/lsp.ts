/** `polyglot lsp --stdio`: the language server for any LSP editor. */
import { parseArgs } from "node:util";
import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { checkFileFeature } from "../language/check-file.ts";
import { generateFeature } from "../language/generate.ts";
import { startServer } from "../language/main.ts";
import { measureFeature } from "../language/measure.ts";
import { regenerateFeature } from "../language/regenerate.ts";
import { scoreFeature } from "../language/score.ts";
import { teachersFeature } from "../language/teachers.ts";
import { trainFeature } from "../language/train.ts";
import { practiceMode } from "../practice/practice-mode.ts";
import type { CommandIo, ExitCode } from "./command.ts";

const usage = "Usage: polyglot lsp --stdio\n\nSpeaks the Language Server Protocol on standard input and output.\n";

/** Long enough that a curve can be watched as it grows. */
const practiceRunMs = 5_000;

/** Resolves when the editor has said goodbye or closed the stream. */
export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	// Editors add options of their own, such as --clientProcessId.
	const { values } = parseArgs({
		args,
		strict: false,
		options: { stdio: { type: "boolean" }, help: { type: "boolean" } },
	});
	if (values.help) {
		io.stdout(usage);
		return 0;
	}
	const connection = createConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
	const ended = new Promise<void>((resolve) => {
		process.stdin.once("close", resolve);
		connection.onExit(() => resolve());
		io.signal.addEventListener("abort", () => resolve(), { once: true });
	});
	const { env, mediaFolder, engineFile } = io;
	const runtime = { env, mediaFolder, engineFile, now: Date.now, log: (line: string) => io.stderr(line) };
	const practice = practiceMode(io.mediaFolder, practiceRunMs);
	const features = [
		teachersFeature(practice),
		generateFeature(practice),
		regenerateFeature(practice),
		trainFeature(practice, io.version),
		measureFeature(practice),
		scoreFeature,
		checkFileFeature,
	];
	startServer(connection, runtime, features);
	await ended;
	connection.dispose();
	return 0;
}
