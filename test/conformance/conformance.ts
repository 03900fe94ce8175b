/** One suite for every trainer: registers its tests against a server that `start` starts. */
import { after, before, describe } from "node:test";
import { byteTests } from "./bytes.ts";
import { doorTests } from "./door.ts";
import { frameTests } from "./framing.ts";
import { replayTests } from "./replay.ts";
import { runTests } from "./runs.ts";
import type { Server } from "./server.ts";

export function conformance(name: string, start: () => Promise<Server>): void {
	describe(`${name} speaks the trainer protocol`, () => {
		let server: Server | undefined;
		before(async () => {
			server = await start();
		});
		after(() => server?.close());
		const running = (): Server => {
			if (!server) throw new Error("The server did not start.");
			return server;
		};
		for (const register of [doorTests, frameTests, byteTests, runTests, replayTests]) register(running);
	});
}
