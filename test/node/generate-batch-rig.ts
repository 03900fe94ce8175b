/** A run by batch files over the practice server. */
import { batched, type GenerateOptions } from "../../server/node/generate-run.ts";
import { optionsFor } from "./generate-rig.ts";

export function batchOptions(folder: string, baseUrl: string, apiKey: string, count: number): GenerateOptions {
	const options = optionsFor(folder, baseUrl, apiKey);
	return { ...options, teachers: options.teachers.map((teacher) => batched(teacher, true)), count, pollMs: 5 };
}
