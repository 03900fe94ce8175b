/** Blanks what says nothing about a text's language: code, formulas, addresses, paths, identifiers. */

/**
 * The text with every masked character replaced by a space, so that offsets stay true. Line breaks stay.
 * Every pattern is linear or bounded: the text may be megabytes of anything.
 */
export function maskNonLanguage(text: string): string {
	let masked = blank(blankFences(text), inline);
	if (looksLikeCode.test(masked)) masked = blankCodeLines(masked);
	return holdsIdentifier.test(masked)
		? masked.replace(asciiRun, (run) => (isIdentifier(run) ? spaces(run) : run))
		: masked;
}

/** Only code: fenced, inline and unfenced. For checks of repetition and form, to which formulas and names belong. */
export function maskCode(text: string): string {
	const masked = blankFences(text).replace(inlineCode, spaces);
	return looksLikeCode.test(masked) ? blankCodeLines(masked) : masked;
}

const inlineCode = /`[^`\n]{1,300}`/g;

/** Looked for only where there is an @: it may begin at any letter. */
const mailAddress = /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}/g;

/** Inline code, TeX, tags, addresses of the web and of mail. */
const inline: readonly RegExp[] = [
	inlineCode,
	/\$\$[^$]{1,2000}\$\$/g,
	/\\\[[^\]]{1,1000}\]/g,
	/\\\([^)\n]{1,300}\)/g,
	// One dollar opens a formula only if the text between holds a sign of TeX; "$5 and $10" does not.
	/\$(?=[^$\n]{0,300}[\\^_{=])[^$\n]{1,300}\$/g,
	/<\/?[a-zA-Z!][^<>\n]{0,300}>/g,
	/\b(?:https?|ftp):\/\/[!-~]+/g,
	/\bwww\.[!-~]+/g,
	mailAddress,
	/&[a-zA-Z]{2,8};|&#\d{1,7};/g,
];

function blank(text: string, patterns: readonly RegExp[]): string {
	const needed = text.includes("@") ? patterns : patterns.filter((pattern) => pattern !== mailAddress);
	return needed.reduce((rest, pattern) => rest.replace(pattern, spaces), text);
}

function spaces(run: string): string {
	return run.replace(/[^\n]/g, " ");
}

/** Blanks from each ``` or ~~~ at a line start to the next one, or to the end where none closes it. */
function blankFences(text: string): string {
	if (!text.includes("```") && !text.includes("~~~")) return text;
	let fence = "";
	const lines = text.split("\n").map((line) => {
		const mark = /^\s{0,12}(?:[-*>]\s{1,4})?(```|~~~)/.exec(line)?.[1];
		if (fence === "" && mark) fence = mark;
		else if (mark && mark === fence) fence = "";
		else if (fence === "") return line;
		return spaces(line);
	});
	return lines.join("\n");
}

const looksLikeCode = /[{}();=<>]/;
const codeLine: readonly RegExp[] = [
	/^\s*(?:def|class|import|from|return|const|let|var|function|for|if|elif|while|public|private|print|printf|SELECT|INSERT|UPDATE|#include)\b.*[(){}=:;[\]*]\s*\S*$/,
	/[;{}]\s*$/,
	/^\s*(?:\/\/|#!|\/\*|\*\/)/,
	/^\s*[\w.]+(?:\[[^\]]{0,40}\])?\s*[-+*/]?=\s*\S/,
	/^\s*[a-zA-Z_][\w.]{0,60}\([^)]{0,200}\)\s*;?$/,
	/^\s*[$>]{1,3}\s+[a-z]/,
];
/** A line that ends a list in prose with ";" has no such sign. */
const codeSign = /[(){}=[\]<>$]|\/\/|^\s*(?:import|from|return)\s/;

/** Blanks lines of code that no fence marks; one line between two of them, and one indented below one, is code as well. */
function blankCodeLines(text: string): string {
	const lines = text.split("\n");
	const isCode = lines.map((line) => codeSign.test(line) && codeLine.some((pattern) => pattern.test(line)));
	for (const [index, line] of lines.entries()) {
		if (isCode[index - 1] && (isCode[index + 1] || /^(?: {2,}|\t)/.test(line))) isCode[index] = true;
	}
	return lines.map((line, index) => (isCode[index] ? spaces(line) : line)).join("\n");
}

const asciiRun = /[!-~]{2,}/g;
/** What every identifier holds; most texts have nothing like it, and then no run is looked at. */
const holdsIdentifier = /[a-zA-Z][_\d]|[_\d][a-zA-Z]|[a-z][A-Z]|[/\\]|[a-zA-Z]\.[a-zA-Z]|::|[-=]>|\(\)/;

/** Whether a run of ASCII without spaces is a name in code, a path or a version, not a word. */
function isIdentifier(run: string): boolean {
	const word = run.replace(/^["'([{<]+|["')\]}>.,;:!?]+$/g, "");
	if (/[a-zA-Z]_|_[a-zA-Z]|[a-z][A-Z]/.test(word)) return true;
	if (/[a-zA-Z]\d|\d[a-zA-Z]/.test(word)) return true;
	if (/^(?:~|\.{1,2})?\/|[a-zA-Z]:\\|\/.*\//.test(word)) return true;
	return /[a-z]{2}\.[a-z]{2}/i.test(word) || /::|->|=>|\(\)/.test(word);
}
