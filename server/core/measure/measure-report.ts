/** What measuring a dataset came to. */
import * as z from "zod/mini";
import { Agreement } from "./agreement.ts";
import { Calibration } from "./calibration.ts";
import { MeasuredRow } from "./measured-row.ts";
import { groupKeys } from "./measured-sample.ts";
import { SampleMap } from "./sample-values.ts";

export const MeasureReport = z.object({
	files: z.array(z.string()),
	by: z.array(z.enum(groupKeys)),
	/** Lines that hold something. */
	lines: z.int(),
	/** Of those, lines no sample could be read from; they are in no group. */
	unreadable: z.int(),
	/** With a drawn sample: rows that could not be drawn, having no prompt or no response. */
	not_drawable: z.int(),
	rows: z.array(MeasuredRow),
	/** Null unless several judges were asked. */
	agreement: z.nullable(Agreement),
	/** Of each judge, where the review file holds ratings by people; null where it has none of these samples. */
	calibration: z.nullable(z.array(Calibration)),
	/** Money spent by this measurement, by currency; unpriced backends are not in it. */
	spent: z.record(z.string(), z.number()),
	/** Null where no map was asked for, or nothing could be embedded. */
	map: z.nullable(SampleMap),
	/** Sentences the reader of the numbers must know. */
	warnings: z.array(z.string()),
});
export type MeasureReport = z.infer<typeof MeasureReport>;
