/** What was measured last in this session, found again by a line's place and text. */
import { fileURLToPath } from "node:url";
import { textKey } from "../core/checks/exact-duplicate.ts";
import type { MeasurePicture } from "../core/measure/measure-picture.ts";
import type { MeasuredRow } from "../core/measure/measured-row.ts";
import { readMeasured } from "../core/measure/measured-sample.ts";
import type { MeasuredSamples } from "../core/measure/measured-samples.ts";
import { PerplexityRanks } from "../core/measure/perplexity-ranks.ts";
import type { SampleValues } from "../core/measure/sample-values.ts";
import type { AnnotatedFile } from "./annotated-file.ts";

export class NewestMeasurement {
	readonly picture: MeasurePicture;
	readonly #samples: MeasuredSamples;
	readonly #ranks: PerplexityRanks;

	constructor(picture: MeasurePicture, samples: MeasuredSamples) {
		this.picture = picture;
		this.#samples = samples;
		this.#ranks = new PerplexityRanks(samples, picture.report);
	}

	isMeasured(file: AnnotatedFile): boolean {
		return this.#placeOf(file) !== -1;
	}

	/** Undefined for lines that were not measured, or were edited or moved since. `line` counts from 0. */
	of(file: AnnotatedFile, line: number): SampleValues | undefined {
		const at = this.#placeOf(file);
		const values = at === -1 ? undefined : this.#samples.ofLine(at, line + 1);
		if (!values) return undefined;
		const response = readMeasured(file.text(line), file.options.project.fields)?.response;
		return response != null && this.#samples.responseKey(values.row) === textKey(response) ? values : undefined;
	}

	/** Among the measured files; -1 for others. */
	#placeOf({ document: { uri } }: AnnotatedFile): number {
		return uri.startsWith("file:") ? this.picture.paths.indexOf(fileURLToPath(uri)) : -1;
	}

	/** The row of the sample's group. */
	group({ group }: SampleValues): MeasuredRow | undefined {
		return this.picture.report.rows[group];
	}

	/** Share of the language's scored samples whose perplexity is lower. */
	shareBelow(values: SampleValues): number | null {
		if (values.perplexity === null) return null;
		return this.#ranks.shareBelow(this.group(values)?.target_lang ?? null, values.perplexity);
	}
}
