/** `.polyglot/review.jsonl`: the decisions of a workspace, in a file a team can share. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Decision, Decisions } from "../core/decisions.ts";
import { JsonlLog } from "./jsonl-log.ts";

export class ReviewFile {
	readonly #path: string;
	#log: Promise<JsonlLog> | undefined;
	#decisions = new Decisions();

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

	/** Reads the file again, as after somebody else's decisions arrived. A line that is no decision is passed over. */
	async reload(): Promise<void> {
		const text = await readFile(this.#path, "utf8").catch((cause: NodeJS.ErrnoException) => {
			if (cause.code === "ENOENT") return "";
			throw cause;
		});
		const decisions = new Decisions();
		for (const line of text.split("\n")) {
			const decision = readDecision(line);
			if (decision) decisions.add(decision);
		}
		this.#decisions = decisions;
	}

	/** Resolves once the decision is on disk; it is in force only then. */
	async decide(decision: Decision): Promise<void> {
		this.#log ??= JsonlLog.open(this.#path);
		await (await this.#log).append(decision);
		this.#decisions.add(decision);
	}

	async close(): Promise<void> {
		await (await this.#log)?.close();
	}
}

function readDecision(line: string): Decision | undefined {
	try {
		return Decision.safeParse(JSON.parse(line)).data;
	} catch {
		return undefined;
	}
}
