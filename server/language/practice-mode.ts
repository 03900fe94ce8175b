/** Practice mode as the engine sees it: handed in, started when first needed, ended with the server. */
import type { Teacher } from "../core/project.ts";

export interface PracticeTeachers {
	readonly baseUrl: string;
	readonly apiKey: string;
}

export interface PracticeTrainer {
	readonly url: string;
	readonly token: string;
}

export interface PracticeMode {
	/** Names of the practice teachers; known without starting anything. */
	readonly names: readonly string[];
	teachers(): Promise<PracticeTeachers>;
	/** `folder` is where the practice trainer keeps its runs. */
	trainer(folder: string): Promise<PracticeTrainer>;
	close(): Promise<void>;
}

/** A practice teacher in the form of any other. */
export function practiceTeacher(name: string, { baseUrl }: PracticeTeachers): Teacher {
	return { name, model: name, baseUrl };
}
