/** Makes text from a server fit to be stored and shown: one short line without secrets. */

const longest = 300;

/** Replaces the known secrets and whatever looks like a key. */
export function redact(text: string, secrets: readonly (string | null)[] = []): string {
	let clean = text.slice(0, 4_000);
	for (const secret of secrets) if (secret !== null && secret.length >= 4) clean = clean.replaceAll(secret, "[key]");
	clean = clean
		.replaceAll(/\bBearer\s+[\w.~+/=-]+/gi, "Bearer [key]")
		.replaceAll(/\b(?:sk|pk|hf|gsk|xai|key)[-_][\w*-]{6,}/gi, "[key]")
		.replaceAll(/(:\/\/)[^/\s@]*@/g, "$1[user]@")
		.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
		.trim();
	return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}
