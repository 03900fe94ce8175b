/** Several checks ask the same of the same texts, one after the other: the last few answers are kept. */

/** Longer texts are not kept alive. */
const longestKept = 200_000;

/** `measure` must be pure; its answers are shared, so nobody may change them. */
export function rememberTexts<T>(measure: (text: string) => T, kept = 6): (text: string) => T {
	const texts: string[] = [];
	const answers: T[] = [];
	let next = 0;
	return (text) => {
		const at = texts.indexOf(text);
		if (at !== -1) return answers[at] as T;
		const answer = measure(text);
		if (text.length > longestKept) return answer;
		texts[next] = text;
		answers[next] = answer;
		next = (next + 1) % kept;
		return answer;
	};
}
