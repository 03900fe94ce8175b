/** Text from a dataset as Markdown that shows it and does nothing else: no link, image, HTML or command. */

/**
 * Escapes what Markdown or its link finder acts on: brackets, quotes of code, emphasis, tables, HTML, entities, the
 * colon of an address, "@" of a mail address, the dot after "www", and marks of lists and headings at the start.
 */
export function escapeMarkdown(text: string): string {
	return text
		.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ")
		.replace(/[\\`*_[\]<>#|~&:@$]/g, "\\$&")
		.replace(/www\./gi, (found) => `${found.slice(0, 3)}\\.`)
		.replace(/^(\s*)([-+=])/, "$1\\$2")
		.replace(/^(\s*\d{1,9})([.)])/, "$1\\$2");
}
