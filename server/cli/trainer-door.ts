/** The trainer a command works with: the one named, the project's, or the practice trainer, started for the occasion. */
import { join } from "node:path";
import { UserError } from "../core/problem.ts";
import { loadProject } from "../node/project-file.ts";
import { TrainerClient } from "../node/trainer-client.ts";
import { startPracticeTrainer } from "../practice/trainer.ts";
import type { CommandIo } from "./command.ts";

export const tokenVariable = "POLYGLOT_TRAINER_TOKEN";

export interface OpenTrainer {
	readonly client: TrainerClient;
	readonly isPractice: boolean;
	close(): Promise<void>;
}

export interface TrainerChoice {
	/** Address given on the command line. */
	readonly url: string | undefined;
	readonly caFile?: string | undefined;
	readonly pin?: string | undefined;
	readonly isPractice: boolean;
	/** Milliseconds a practice run takes. */
	readonly runMs?: number;
}

export async function openTrainer(choice: TrainerChoice, io: CommandIo): Promise<OpenTrainer> {
	const { project } = await loadProject(io.cwd);
	const url = choice.url ?? (choice.isPractice ? undefined : project?.trainer?.url);
	const folder = join(io.cwd, ".polyglot", "students");
	if (url === undefined) return openPractice(choice, folder, io);
	const token = io.env[tokenVariable];
	if (!token) {
		throw new UserError(
			"trainer-token",
			`${tokenVariable} is not set. Make a token at the trainer with \`polyglot-trainer token add NAME\`.`,
		);
	}
	const { caFile = project?.trainer?.caFile, pin = project?.trainer?.pin } = choice;
	const client = await TrainerClient.open({ url, token, folder, version: "cli", caFile, pin });
	return connected(client, { isPractice: false, close: () => client.close() });
}

async function openPractice({ runMs }: TrainerChoice, folder: string, io: CommandIo): Promise<OpenTrainer> {
	io.stderr("Practice trainer: a byte n-gram model, not a language model. For a real student give --trainer URL.");
	const trainer = await startPracticeTrainer({
		folder: join(io.cwd, ".polyglot", "practice-trainer"),
		mediaFolder: io.mediaFolder,
		...(runMs === undefined ? {} : { runMs }),
	});
	const client = await TrainerClient.open({ url: trainer.url, token: trainer.token, folder, version: "cli" });
	return connected(client, {
		isPractice: true,
		close: async () => {
			await client.close();
			await trainer.close();
		},
	});
}

async function connected(client: TrainerClient, rest: Omit<OpenTrainer, "client">): Promise<OpenTrainer> {
	try {
		await client.connect();
		return { client, ...rest };
	} catch (cause) {
		await rest.close();
		throw cause;
	}
}

/** Text of a trainer on one line of a terminal, without what a terminal would obey. */
export function plain(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
}
