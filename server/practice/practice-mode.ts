/** Starts the practice servers when they are first needed, each once. */
import type { PracticeMode } from "../core/practice-mode.ts";
import { practiceTeachers, startPracticeTeachers } from "./teachers.ts";
import { startPracticeTrainer } from "./trainer.ts";

interface Closable {
	close(): Promise<void>;
}

/** `runMs` is how long a run of the practice trainer takes at least, so that it can be watched. */
export function practiceMode(mediaFolder: string, runMs: number): PracticeMode {
	const started = new Map<string, Promise<Closable>>();
	const once = <T extends Closable>(name: string, start: () => Promise<T>): Promise<T> => {
		const known = started.get(name) as Promise<T> | undefined;
		if (known !== undefined) return known;
		const starting = start();
		started.set(name, starting);
		// A start that failed may be tried again.
		starting.catch(() => started.delete(name));
		return starting;
	};
	return {
		teacherNames: practiceTeachers("http://127.0.0.1/v1").map(({ name }) => name),
		async teachers() {
			const { baseUrl, apiKey } = await once("teachers", () => startPracticeTeachers({ mediaFolder }));
			return { teachers: practiceTeachers(baseUrl), apiKey };
		},
		trainer: (folder) => once(`trainer ${folder}`, () => startPracticeTrainer({ folder, mediaFolder, runMs })),
		async close() {
			const running = await Promise.allSettled(started.values());
			started.clear();
			await Promise.all(running.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
		},
	};
}
