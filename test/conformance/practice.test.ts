/** The practice trainer speaks the protocol. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPracticeTrainer } from "../../server/practice/trainer.ts";
import { conformance } from "./conformance.ts";
import type { Server } from "./server.ts";

const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));

async function start(): Promise<Server> {
	const folder = await mkdtemp(join(tmpdir(), "practice-"));
	const open = () =>
		startPracticeTrainer({
			folder,
			mediaFolder,
			runMs: 0,
			limits: { launchesPerMinute: 10_000 },
			fault: (title) => (title === "endless" ? "hang" : undefined),
		});
	let trainer = await open();
	return {
		get url() {
			return trainer.url;
		},
		get token() {
			return trainer.token;
		},
		launch: (sha256, pace) => ({
			title: pace,
			spec: { specVersion: 1, model: { id: "practice-base" }, template: "none", data: { sha256 } },
		}),
		evaluate: async (runId) => ({
			specVersion: 1,
			target: { runId },
			backend: "practice",
			tasks: ["practice_choice", "practice_bpb"],
			languages: ["en"],
		}),
		restart: async () => {
			await trainer.close();
			trainer = await open();
		},
		close: async () => {
			await trainer.close();
			await rm(folder, { recursive: true });
		},
	};
}

conformance("the practice trainer", start);
