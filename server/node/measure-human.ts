/** Ratings by people, read from `.polyglot/review.jsonl`; `review-file.ts` writes them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HumanRating, ratingsBySample } from "../core/measure/human-rating.ts";

const reviewPath = (folder: string): string => join(folder, ".polyglot", "review.jsonl");

/** By `contentKey` of the sample; empty where nobody rated. Lines that are no rating are passed over. */
export async function readHumanRatings(folder: string): Promise<ReadonlyMap<string, number>> {
	const text = await readFile(reviewPath(folder), "utf8").catch((cause: NodeJS.ErrnoException) => {
		if (cause.code === "ENOENT") return "";
		throw cause;
	});
	return ratingsBySample(text.split("\n").flatMap((line) => readRating(line) ?? []));
}

function readRating(line: string): HumanRating | undefined {
	if (!line.includes('"rated"')) return undefined;
	try {
		return HumanRating.safeParse(JSON.parse(line)).data;
	} catch {
		return undefined;
	}
}
