/** Practice mode as the stages see it: teachers and a trainer on loopback, handed in, started when first needed. */
import type { RunTeacher } from "./generate/run-records.ts";

export interface PracticeMode {
	/** Names of the practice teachers; known without starting anything. */
	readonly teacherNames: readonly string[];
	teachers(): Promise<{ readonly teachers: readonly RunTeacher[]; readonly apiKey: string }>;
	/** `folder` is where the practice trainer keeps its runs; one trainer a folder. */
	trainer(folder: string): Promise<{ readonly url: string; readonly token: string }>;
	/** Ends what was started. */
	close(): Promise<void>;
}
