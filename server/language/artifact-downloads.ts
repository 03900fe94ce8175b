/** Fetches files of runs into the workspace, each checked by its SHA-256, with progress for the run's panel. */
import { join, relative } from "node:path";
import { requests } from "../core/engine-api.ts";
import { UserError } from "../core/problem.ts";
import type { Download } from "../core/trainer/panel-message.ts";
import { requireFolder, respond } from "./respond.ts";
import { studentsFolder } from "./trainer-connection.ts";
import type { TrainerFeature } from "./trainer-feature.ts";

export class ArtifactDownloads {
	readonly #feature: TrainerFeature;
	/** By run, then by hash. */
	readonly #shown = new Map<string, Map<string, Download>>();

	constructor(feature: TrainerFeature) {
		this.#feature = feature;
		respond(feature.server, requests.downloadArtifact, ({ runId, sha256 }) => this.#download(runId, sha256));
	}

	of(runId: string): Download[] {
		return [...(this.#shown.get(runId)?.values() ?? [])];
	}

	async #download(runId: string, sha256: string): Promise<{ path: string }> {
		const { server, connection } = this.#feature;
		const folder = requireFolder(server);
		const client = await connection.client();
		await client.connect();
		const artifact = client.view(runId)?.artifacts.find((one) => one.sha256 === sha256);
		if (!artifact) throw new UserError("artifact-unknown", `The run ${runId} has no file with the SHA-256 ${sha256}.`);
		const { bytes, name } = artifact;
		const tell = (change: Partial<Download>) => {
			const known = this.#shown.get(runId) ?? new Map<string, Download>();
			this.#shown.set(runId, known);
			const before = known.get(sha256) ?? { sha256, done: 0, bytes, path: null, failure: null };
			known.set(sha256, { ...before, ...change });
			this.#feature.touch();
		};
		tell({ done: 0, path: null, failure: null });
		try {
			const into = join(studentsFolder(folder), runId, "artifacts");
			const path = relative(folder, await client.download(artifact, into, (done) => tell({ done })));
			tell({ done: bytes, path });
			return { path };
		} catch (cause) {
			const why = cause instanceof Error ? cause.message : String(cause);
			tell({ failure: `${name}: ${why}` });
			throw cause;
		}
	}
}
