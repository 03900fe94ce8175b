/** Everything a score is computed from, as one value: the same inputs give the same rows, to the last digit. */
import * as z from "zod/mini";
import { chooseAnchors } from "./anchor-choice.ts";
import { guardScores, joinScores } from "./join.ts";
import { Anchors, ExtrinsicRow, IntrinsicRow, Population, ScoreRow } from "./rows.ts";
import { gapVariants, type ScoredRow } from "./scored-row.ts";
import { populationOf } from "./z-score.ts";

/** How z is standardised: a frozen population, or the given rows, all of them or language by language. */
export const PopulationRule = z.discriminatedUnion("rule", [
	z.object({ rule: z.literal("frozen"), population: Population }),
	z.object({ rule: z.literal("this-file") }),
	z.object({ rule: z.literal("within-language") }),
]);
export type PopulationRule = z.infer<typeof PopulationRule>;

const AnchorChoice = { anchors: z.nullable(Anchors), publishedAnchors: Anchors };

export const ScoreInputs = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("scores"), scores: z.array(ScoreRow), ...AnchorChoice }),
	z.object({
		kind: z.literal("parts"),
		intrinsic: z.array(IntrinsicRow),
		extrinsic: z.array(ExtrinsicRow),
		population: PopulationRule,
		/** Which PGR enters the score. */
		pgr: z._default(z.enum(gapVariants), "ratio-of-means"),
		...AnchorChoice,
	}),
]);
export type ScoreInputs = z.infer<typeof ScoreInputs>;

export function scoreInputs(inputs: ScoreInputs): ScoredRow[] {
	const reading = chooseAnchors(inputs.anchors, inputs.publishedAnchors);
	// Anchors that are given count for every row; else a row's own say what it was measured against.
	if (inputs.kind === "scores") return guardScores(inputs.scores, reading, { hasOwnAnchors: inputs.anchors === null });
	const population = populationFor(inputs.population, inputs.intrinsic);
	return joinScores(inputs.intrinsic, inputs.extrinsic, { population, reading, variant: inputs.pgr });
}

function populationFor(rule: PopulationRule, rows: readonly IntrinsicRow[]): (language: string) => Population | null {
	if (rule.rule === "frozen") return () => rule.population;
	if (rule.rule === "this-file") {
		const population = populationOf(rows, rule.rule);
		return () => population;
	}
	const languages = Map.groupBy(rows, (row) => row.target_lang);
	const populations = new Map(
		[...languages].map(([language, own]) => [language, populationOf(own, `within-language ${language}`)]),
	);
	return (language) => populations.get(language) ?? null;
}
