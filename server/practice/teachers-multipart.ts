/** Reads an upload of one batch file, as forms send it. */

/** Undefined where the body is no form with a `file` and the purpose `batch`. */
export function uploadedFile(contentType: string, body: Buffer): { name: string; content: string } | undefined {
	const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
	if (boundary === undefined) return undefined;
	const parts = body.toString("utf8").split(`--${boundary}`).slice(1, -1).map(partOf);
	const file = parts.find(({ head }) => /name="file"/.test(head));
	const purpose = parts.find(({ head }) => /name="purpose"/.test(head))?.text;
	if (!file || purpose !== "batch") return undefined;
	return { name: /filename="([^"]*)"/.exec(file.head)?.[1] ?? "", content: file.text };
}

function partOf(text: string): { head: string; text: string } {
	const end = text.indexOf("\r\n\r\n");
	return { head: text.slice(0, end), text: text.slice(end + 4, -2) };
}
