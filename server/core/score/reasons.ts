/** Why a number is missing or must not be believed: a code for files, a sentence for people. */

const sentences = {
	reference_not_above_base: "The reference model is not better than the base, so there is no gap to recover.",
	reference_within_two_stderr:
		"The reference is better than the base by less than two standard errors, so the gap may be noise.",
	task_reference_not_above_base:
		"In at least one task the reference is not better than the base, so the mean of ratios means nothing.",
	task_results_missing: "Results are not known task by task, so PGR as a mean of ratios cannot be formed.",
	anchors_on_other_tasks: "Base and reference were measured on other tasks or shots than the student.",
	anchor_missing: "No base and reference result is known for this language and student base.",
	anchor_stderr_missing: "The errors of base and reference are unknown, so the gap cannot be tested.",
	anchors_of_other_student_base: "Base and reference were measured on another student base.",
	result_missing: "The student has no benchmark result.",
	result_stderr_missing: "The error of the student's result is unknown.",
	pgr_missing: "The row has no PGR.",
	z_score_missing: "The row has no z-score.",
	pg_score_missing: "The row has no Polyglot Score.",
	intrinsic_row_missing: "No intrinsic row of this teacher and language was given.",
	extrinsic_row_missing: "No benchmark row of this teacher and language was given.",
	prompts_distinct_ri_missing: "The diversity of the prompts was not measured.",
	responses_distinct_ri_missing: "The diversity of the responses was not measured.",
	rubric_score_missing: "The rubric score was not measured.",
	perplexity_missing: "The perplexity was not measured.",
	backend_differs: "A metric was measured with another model than the z population's, so the two can't be compared.",
	population_missing: "No z population is known for this language.",
	population_without_spread: "A metric does not vary in the z population; its column counts 0.",
	superseded: "A later row of the same student base, teacher and language stands in the file.",
} as const;

export type Reason = keyof typeof sentences;

/** One plain sentence; a code we do not know is shown as it is. */
export function explain(reason: string): string {
	return Object.hasOwn(sentences, reason) ? sentences[reason as Reason] : reason;
}
