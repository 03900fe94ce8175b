/** Reads an endpoint's address the way people write it. */

/** The address to which `/chat/completions` is appended: `/v1` is added unless a path segment already names a version. */
export function apiBase(baseUrl: string): string {
	const url = new URL(baseUrl);
	const segments = url.pathname.split("/").filter(Boolean);
	if (segments.at(-1) === "completions" && segments.at(-2) === "chat") segments.splice(-2);
	if (!segments.some((segment) => /^v\d/.test(segment))) segments.push("v1");
	return `${url.origin}/${segments.join("/")}`;
}

/** Scheme, host and port: what a key is bound to. */
export const originOf = (baseUrl: string): string => new URL(baseUrl).origin;
