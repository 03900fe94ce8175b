/** What a measurement on the command line has around it: keys of the environment, practice mode, the project's trainer. */

import type { MeasureWorld } from "../node/measure-open.ts";
import { keyFromEnvironment } from "../node/teacher-keys.ts";
import { startPracticeTeachers } from "../practice/teachers.ts";
import type { CommandIo } from "./command.ts";
import { openTrainer } from "./trainer-door.ts";

/** Practice servers and trainer are started when they are first needed, and ended by `close`. */
export function openWorld(
	project: Pick<MeasureWorld, "teachers" | "settings" | "mapping">,
	io: CommandIo,
): { readonly world: MeasureWorld; close(): Promise<void> } {
	const closers: (() => Promise<void>)[] = [];
	let teachers: ReturnType<typeof startPracticeTeachers> | undefined;
	return {
		world: {
			...project,
			folder: io.cwd,
			key: async (name, origin) => keyFromEnvironment(io.env, name, origin),
			async practice() {
				teachers ??= startPracticeTeachers({ mediaFolder: io.mediaFolder });
				const server = await teachers;
				closers.push(() => server.close());
				return server;
			},
			async trainer() {
				const door = await openTrainer({ url: undefined, isPractice: false }, io);
				closers.push(() => door.close());
				return door.client;
			},
		},
		async close() {
			for (const close of closers.splice(0).reverse()) await close().catch(() => {});
		},
	};
}
