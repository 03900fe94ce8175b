/** Keys of the command line come from the environment, each for its own teacher or origin. */

/** `POLYGLOT_KEY_<NAME>` of the teacher; `OPENAI_API_KEY` only where the teacher is OpenAI itself. */
export function keyFromEnvironment(
	env: Readonly<Record<string, string | undefined>>,
	teacher: string,
	origin: string,
): string | null {
	const own = env[keyVariable(teacher)];
	if (own) return own;
	return origin === "https://api.openai.com" ? (env.OPENAI_API_KEY ?? null) : null;
}

/** Such as `POLYGLOT_KEY_GEMMA_3_27B` for `gemma-3-27b`. */
export const keyVariable = (teacher: string): string =>
	`POLYGLOT_KEY_${teacher.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
