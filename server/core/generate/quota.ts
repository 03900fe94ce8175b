/** What a server says of its quota in the headers of its answers. */

/** One kind of quota: what is left of it, and when it is whole again. */
export interface QuotaShare {
	/** The whole of it, where the server says. */
	readonly limit: number | null;
	readonly remaining: number;
	readonly resetMs: number;
}

export interface Quota {
	readonly requests: QuotaShare | null;
	readonly tokens: QuotaShare | null;
}

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`; undefined where the server says nothing usable. */
export function readQuota(header: (name: string) => string | null): Quota | undefined {
	const requests = shareOf(header, "requests");
	const tokens = shareOf(header, "tokens");
	return requests || tokens ? { requests, tokens } : undefined;
}

function shareOf(header: (name: string) => string | null, what: "requests" | "tokens"): QuotaShare | null {
	const remaining = wholeNumber(header(`x-ratelimit-remaining-${what}`));
	// Azure spells it with another dash (openai/openai-python#937).
	const resetMs = durationMs(header(`x-ratelimit-reset-${what}`) ?? header(`x-rate-limit-reset-${what}`));
	if (remaining === null || resetMs === null) return null;
	const limit = wholeNumber(header(`x-ratelimit-limit-${what}`));
	return { limit: limit === 0 ? null : limit, remaining, resetMs };
}

/** Azure may send -1 for unknown (openai/openai-dotnet#838). */
function wholeNumber(text: string | null): number | null {
	return text !== null && /^\d{1,12}$/.test(text.trim()) ? Number(text) : null;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `12ms`, `1m30s`, `6h0m0.5s` or plain seconds; null for anything else. */
export function durationMs(text: string | null): number | null {
	const plain = text?.trim() ?? "";
	if (plain === "" || plain.length > 40) return null;
	if (/^\d+(\.\d+)?$/.test(plain)) return Number(plain) * 1_000;
	const parts = [...plain.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
	if (parts.map(([whole]) => whole).join("") !== plain) return null;
	return parts.reduce((sum, [, value, unit]) => sum + Number(value) * (unitMs[unit ?? ""] ?? 0), 0);
}
