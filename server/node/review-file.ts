/** `.polyglot/review.jsonl`: the decisions and ratings of a workspace, in a file a team can share. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Decision, Decisions } from "../core/decisions.ts";
import { HumanRating, OwnRatings } from "../core/measure/human-rating.ts";
import { JsonlLog } from "./jsonl-log.ts";

export class ReviewFile {
	readonly #path: string;
	#log: Promise<JsonlLog> | undefined;
	#decisions = new Decisions();
	#ratings = new OwnRatings();

	private constructor(path: string) {
		this.#path = path;
	}

	/** Reads what was decided before; creates nothing until the first decision. */
	static async open(folder: string): Promise<ReviewFile> {
		const file = new ReviewFile(join(folder, ".polyglot", "review.jsonl"));
		await file.reload();
		return file;
	}

	get decisions(): Decisions {
		return this.#decisions;
	}

	get ratings(): OwnRatings {
		return this.#ratings;
	}

	/** Reads the file again, as after somebody else's decisions arrived. A line that is neither is passed over. */
	async reload(): Promise<void> {
		const text = await readFile(this.#path, "utf8").catch((cause: NodeJS.ErrnoException) => {
			if (cause.code === "ENOENT") return "";
			throw cause;
		});
		const decisions = new Decisions();
		const ratings = new OwnRatings();
		for (const line of text.split("\n")) {
			const value = readValue(line);
			const decision = Decision.safeParse(value);
			if (decision.success) decisions.add(decision.data);
			const rating = decision.success ? undefined : HumanRating.safeParse(value).data;
			if (rating) ratings.add(rating);
		}
		this.#decisions = decisions;
		this.#ratings = ratings;
	}

	/** Resolves once the decision is on disk; it is in force only then. */
	async decide(decision: Decision): Promise<void> {
		await this.#append(decision);
		this.#decisions.add(decision);
	}

	/** As `decide`, and in the same log: a second one, opened meanwhile, could cut off what this one is writing. */
	async rate(rating: HumanRating): Promise<void> {
		await this.#append(rating);
		this.#ratings.add(rating);
	}

	async close(): Promise<void> {
		await (await this.#log)?.close();
	}

	async #append(line: Decision | HumanRating): Promise<void> {
		this.#log ??= JsonlLog.open(this.#path);
		await (await this.#log).append(line);
	}
}

function readValue(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
