/** `polyglot practice`: the practice teachers and trainer in the foreground, for any client on this machine. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../core/problem.ts";
import { startPracticeTeachers } from "../practice/teachers.ts";
import { startPracticeTrainer } from "../practice/trainer.ts";
import type { Command, CommandIo } from "./command.ts";

const usage = `Usage: polyglot practice [--folder DIR] [--teachers-port N] [--trainer-port N]

Runs the practice teachers (canned text, not a language model) and the practice trainer (a byte n-gram model)
on this machine until Ctrl+C. The trainer keeps its runs in DIR, .polyglot/practice-trainer by default.
`;

const options = {
	folder: { type: "string", default: ".polyglot/practice-trainer" },
	"teachers-port": { type: "string", default: "0" },
	"trainer-port": { type: "string", default: "0" },
	help: { type: "boolean", short: "h", default: false },
} as const;

export const run: Command = async (args, io) => {
	const { values } = parsed(args);
	if (values.help) {
		io.stdout(usage);
		return 0;
	}
	const { mediaFolder } = io;
	const teachers = await startPracticeTeachers({ mediaFolder, port: portOf(values["teachers-port"]) });
	const trainer = await startPracticeTrainer({
		mediaFolder,
		folder: resolve(io.cwd, values.folder),
		port: portOf(values["trainer-port"]),
	});
	io.stdout(
		`Practice teachers (canned text, not a language model): ${teachers.baseUrl}\n  key: ${teachers.apiKey}\n` +
			`Practice trainer (a byte n-gram model): ${trainer.url}\n  token: ${trainer.token}\nCtrl+C ends both.\n`,
	);
	await untilAborted(io);
	await Promise.all([teachers.close(), trainer.close()]);
	return 0;
};

function parsed(args: string[]) {
	try {
		return parseArgs({ args, options, allowPositionals: false });
	} catch (cause) {
		throw new UserError("arguments", `practice: ${cause instanceof Error ? cause.message : String(cause)}`);
	}
}

function portOf(text: string): number {
	const port = Number(text);
	if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
	throw new UserError("arguments", `practice: a port is a number from 0 to 65535, not ${JSON.stringify(text)}.`);
}

function untilAborted({ signal }: CommandIo): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
