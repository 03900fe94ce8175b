/** Everything measured on one group of samples. */
import type { Signer } from "../near-duplicates/signature.ts";
import type { GroupKey, MeasuredSample } from "./measured-sample.ts";
import { NoiseMeasure } from "./noise-measure.ts";
import type { ResponseLikelihood } from "./perplexity.ts";
import { type Rating, Ratings } from "./ratings.ts";
import { TextMeasure } from "./text-measure.ts";

/** A response's likelihood, or why there is none. */
export type Scored = ResponseLikelihood | { readonly failure: string };

export class GroupMeasure {
	/** From 0, as groups appear in the files. */
	readonly order: number;
	/** The group's values of the keys it was made by. */
	readonly labels: Readonly<Partial<Record<GroupKey, string | null>>>;
	readonly prompts: TextMeasure;
	readonly responses: TextMeasure;
	readonly ratings = new Ratings();
	readonly noise = new NoiseMeasure();
	/** In file order, which the paper's way of averaging depends on; null where nothing could be scored. */
	readonly likelihoods: (ResponseLikelihood | null)[] = [];
	readonly scorerFailures = new Map<string, number>();
	/** Of the samples measured: their ids, or `file:line` where they have none. */
	readonly ids: string[] = [];
	/** Samples without prompt or response, which no judge or scorer is asked about. */
	incomplete = 0;

	constructor(labels: Readonly<Partial<Record<GroupKey, string | null>>>, order: number, signer: Signer) {
		this.labels = labels;
		this.order = order;
		this.prompts = new TextMeasure(signer);
		this.responses = new TextMeasure(signer);
	}

	get rows(): number {
		return this.ids.length;
	}

	count(sample: MeasuredSample, place: string): void {
		this.ids.push(sample.id ?? place);
		if (sample.prompt === null || sample.response === null) this.incomplete += 1;
		this.prompts.count(sample.prompt, sample.language);
		this.responses.count(sample.response, sample.language);
	}

	rate(rating: Rating): void {
		this.ratings.add(rating);
	}

	score(scored: Scored): void {
		if (!("failure" in scored)) {
			this.likelihoods.push(scored);
			return;
		}
		this.likelihoods.push(null);
		this.scorerFailures.set(scored.failure, (this.scorerFailures.get(scored.failure) ?? 0) + 1);
	}
}
