/** The command behind "mark accepted" and "hide this finding": writes the decision, then the surfaces follow. */
import { MessageType, ShowMessageNotification } from "vscode-languageserver/node";
import * as z from "zod/mini";
import { type Decisions, sampleKey } from "../core/decisions.ts";
import type { OwnRatings } from "../core/measure/human-rating.ts";
import { ReviewFile } from "../node/review-file.ts";
import type { ServerContext } from "./feature.ts";

export const decideCommand = "polyglot.review.decide";

/** The command's one argument. */
export const Choice = z.object({
	key: z.number(),
	code: z.optional(z.string()),
	decision: z.enum(["accepted", "rejected", "hidden", "cleared"]),
});
export type Choice = z.infer<typeof Choice>;

/** The workspace's decisions; nothing is decided without a folder, or before it was read. */
export class DecisionBook {
	#file: ReviewFile | undefined;

	get decisions(): Decisions | undefined {
		return this.#file?.decisions;
	}

	get ratings(): OwnRatings | undefined {
		return this.#file?.ratings;
	}

	async load(server: ServerContext): Promise<void> {
		const folder = server.folder();
		if (folder === undefined) return;
		if (this.#file) return this.#file.reload();
		this.#file = await ReviewFile.open(folder);
		server.onShutdown(() => this.#file?.close());
	}

	/** True where it was written. Says why where it was not. */
	async decide(server: ServerContext, argument: unknown): Promise<boolean> {
		return this.decideAll(server, [Choice.parse(argument)]);
	}

	/** As `decide`, for several in their order. */
	async decideAll(server: ServerContext, choices: readonly Choice[]): Promise<boolean> {
		const file = await this.#writable(server);
		const at = new Date(server.runtime.now()).toISOString();
		for (const { key, code, decision } of file ? choices : [])
			await file?.decide({ sample: sampleKey(key), decision, at, ...(code === undefined ? {} : { code }) });
		return file !== undefined;
	}

	/** As `decide`; null takes the rating back. */
	async rate(server: ServerContext, key: number, rating: number | null): Promise<boolean> {
		const file = await this.#writable(server);
		const at = new Date(server.runtime.now()).toISOString();
		await file?.rate({ sample: sampleKey(key), decision: "rated", rating, at });
		return file !== undefined;
	}

	/** Undefined where nothing may be written; the user was told why. */
	async #writable(server: ServerContext): Promise<ReviewFile | undefined> {
		if (this.#file && server.isTrusted()) return this.#file;
		await server.connection.sendNotification(ShowMessageNotification.type, {
			type: MessageType.Error,
			message: this.#file
				? "This workspace is not trusted, so nothing is written into it. Trust it to decide."
				: "Open a folder first: decisions are kept in its .polyglot/review.jsonl.",
		});
		return undefined;
	}
}
