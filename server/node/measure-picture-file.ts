/** The picture of a measurement: made of its samples, and the newest one kept in `.polyglot/measurements/newest.json`. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MeasurePicture } from "../core/measure/measure-picture.ts";
import type { MeasureReport } from "../core/measure/measure-report.ts";
import type { MeasureWish } from "../core/measure/measure-wish.ts";
import { distributionsOf, dragsOf, pointsOf, type Samples } from "../core/measure/picture-of.ts";
import type { FieldMapping } from "../core/project.ts";
import { withExcerpts } from "./measure-excerpts.ts";

export interface PictureAbout {
	readonly wish: MeasureWish;
	readonly folder: string;
	readonly measuredAt: number;
	readonly isScored: boolean;
}

export async function pictureOf(
	report: MeasureReport,
	samples: Samples,
	{ wish, folder, measuredAt, isScored }: PictureAbout,
	mapping: FieldMapping | undefined,
): Promise<MeasurePicture> {
	const paths = wish.files.map((file) => resolve(folder, file));
	return {
		...{ measuredAt, wish, paths, report, isScored },
		distributions: distributionsOf(samples),
		drags: await withExcerpts(dragsOf(samples), paths, mapping),
		points: pointsOf(samples),
	};
}

const pathOf = (folder: string) => join(folder, ".polyglot", "measurements", "newest.json");

/** The one before stays until the new one is whole. */
export async function keepPicture(folder: string, picture: MeasurePicture): Promise<void> {
	const path = pathOf(folder);
	await mkdir(dirname(path), { recursive: true });
	await writeFile(`${path}.new`, JSON.stringify(picture));
	await rename(`${path}.new`, path);
}

/** Null where nothing was measured, or by another version that wrote something else; measuring again mends that. */
export async function readPicture(folder: string): Promise<MeasurePicture | null> {
	const text = await readFile(pathOf(folder), "utf8").catch(() => null);
	if (text === null) return null;
	try {
		return MeasurePicture.parse(JSON.parse(text));
	} catch {
		return null;
	}
}
