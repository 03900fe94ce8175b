/** Which teachers to ask for another answer: the one that wrote it, and those whose data is known to be better in the language. */

export interface ScoredTeacher {
	/** As the scores name it. */
	readonly teacher: string;
	/** z of the data within the language. */
	readonly z: number;
	readonly source: "published" | "own";
}

export interface TeacherChoice {
	readonly name: string;
	/** Why, in words that end a sentence. */
	readonly reason: string;
}

interface Known {
	readonly name: string;
	readonly model: string;
}

/** Teachers offered besides the same one. */
const mostOthers = 2;

/** `model` is what the row says wrote it; null where it says nothing. */
export function teacherChoices(
	model: string | null,
	language: string,
	teachers: readonly Known[],
	scored: readonly ScoredTeacher[],
): TeacherChoice[] {
	const isAuthor = (teacher: Known) =>
		model !== null && [teacher.name, teacher.model].some((one) => sameModel(one, model));
	const own = teachers.filter(isAuthor).slice(0, 1);
	const current = model === null ? undefined : scoreOf([model], scored);
	const others = teachers.filter((teacher) => !isAuthor(teacher));
	const better = others
		.flatMap(({ name, model }) => {
			const score = scoreOf([name, model], scored);
			return score && score.z > (current?.z ?? Number.NEGATIVE_INFINITY) ? [{ name, score }] : [];
		})
		.sort((a, b) => b.score.z - a.score.z || (a.name < b.name ? -1 : 1));
	const chosen =
		better.length > 0 || current
			? better.map(({ name, score }) => ({ name, reason: why(score, current, language) }))
			: others.map(({ name }) => ({ name, reason: `no score of either in ${language}` }));
	return [...own.map(({ name }) => ({ name, reason: "the same teacher" })), ...chosen.slice(0, mostOthers)];
}

function why({ z, source }: ScoredTeacher, current: ScoredTeacher | undefined, language: string): string {
	const told = `data z ${signed(z)} in ${language} (${source})`;
	return current ? `${told}, the present one ${signed(current.z)}` : `${told}; of the present one none is known`;
}

const signed = (z: number): string => `${z < 0 ? "−" : "+"}${Math.abs(z).toFixed(2)}`;

/** An own score goes before a published one. */
function scoreOf(names: readonly string[], scored: readonly ScoredTeacher[]): ScoredTeacher | undefined {
	const found = scored.filter(({ teacher }) => names.some((name) => sameModel(name, teacher)));
	return found.find(({ source }) => source === "own") ?? found[0];
}

/** `google/gemma-3-27b-it` and `gemma-3-27b` are one model. */
function sameModel(one: string, other: string): boolean {
	return plain(one) === plain(other);
}

function plain(name: string): string {
	const last = name.toLowerCase().split("/").at(-1) ?? "";
	return last.replace(/[-_](?:it|instruct|chat)$/u, "");
}
