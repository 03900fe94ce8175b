/** The engine's one connection to a trainer: the project's, else practice; opened when first needed. */
import { join } from "node:path";
import { secretRequest } from "../core/engine-api.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import { UserError } from "../core/problem.ts";
import type { Trainer } from "../core/project.ts";
import { loadProject } from "../node/project-file.ts";
import { TrainerClient } from "../node/trainer-client.ts";
import { trainerUrl } from "../node/trainer-socket.ts";
import type { ServerContext } from "./feature.ts";
import { requireFolder, requireTrust } from "./respond.ts";

export const studentsFolder = (folder: string): string => join(folder, ".polyglot", "students");

export class TrainerConnection {
	readonly #server: ServerContext;
	readonly #practice: PracticeMode;
	readonly #version: string;
	readonly #onChange: (runId: string | undefined) => void;
	#opening: Promise<TrainerClient> | undefined;
	/** Which trainer the open client speaks to; another one in `polyglot.json` means another client. */
	#address = "";
	#client: TrainerClient | undefined;

	constructor(
		server: ServerContext,
		practice: PracticeMode,
		version: string,
		onChange: (runId: string | undefined) => void,
	) {
		this.#server = server;
		this.#practice = practice;
		this.#version = version;
		this.#onChange = onChange;
		server.onShutdown(() => this.close());
	}

	/** The client, if one is open: for what must not wait for the network. */
	get current(): TrainerClient | undefined {
		return this.#client;
	}

	/** The client of the trainer in force, without a connection yet. Throws a UserError without trust or folder. */
	async client(): Promise<TrainerClient> {
		requireTrust(this.#server);
		const folder = requireFolder(this.#server);
		// From disk: *Connect Trainer* has just written it, and a watch tells of that too late.
		const { project, problems } = await loadProject(folder);
		// While somebody is at work on the file, the trainer stays the one it was.
		if (problems.length > 0 && this.#opening !== undefined) return this.#opening;
		const address = JSON.stringify(project.trainer ?? "practice");
		if (this.#opening !== undefined && address !== this.#address) await this.close();
		this.#address = address;
		this.#opening ??= this.#open(folder, project.trainer).catch((cause) => {
			this.#opening = undefined;
			throw cause;
		});
		return this.#opening;
	}

	async close(): Promise<void> {
		const opening = this.#opening;
		this.#opening = undefined;
		this.#client = undefined;
		await (await opening?.catch(() => undefined))?.close();
	}

	async #open(folder: string, trainer: Trainer | undefined): Promise<TrainerClient> {
		const client = await TrainerClient.open({
			...(await this.#addressAndToken(folder, trainer)),
			folder: studentsFolder(folder),
			version: this.#version,
			onError: (cause) =>
				this.#server.runtime.log(`trainer: ${cause instanceof Error ? cause.message : String(cause)}`),
		});
		client.onChange(this.#onChange);
		this.#client = client;
		return client;
	}

	async #addressAndToken(folder: string, trainer: Trainer | undefined) {
		if (!trainer) return this.#practice.trainer(join(folder, ".polyglot", "practice-trainer"));
		const { origin } = trainerUrl(trainer.url);
		const answer = await this.#server.connection.sendRequest(secretRequest.method, {
			kind: "trainer",
			name: "trainer",
			origin,
		});
		const { secret } = secretRequest.result.parse(answer);
		if (secret === null) {
			throw new UserError(
				"trainer-token",
				`There is no token for ${origin} yet. Run “Polyglot: Connect Trainer…” and paste the one of \`polyglot-trainer token add NAME\`.`,
			);
		}
		return { ...trainer, token: secret };
	}
}
