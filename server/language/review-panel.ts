/** The review panel's questions, the status bar's and the tree's, answered for open files and for files on disk. */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/problem.ts";
import { type ReviewFilter, reviewChanged, reviewRequests } from "../core/review/messages.ts";
import { countsOf, type Selection, selectRows } from "../core/review/select-rows.ts";
import { type LineStates, statesOf } from "../core/review/table.ts";
import type { Choice, DecisionBook } from "./decide.ts";
import type { ServerContext } from "./feature.ts";
import { notify, respond } from "./respond.ts";
import type { Review } from "./review.ts";
import { type Chosen, nextRow, overviewOf, rowsOf, sampleOf } from "./review-panel-answers.ts";
import { DiskPanelFile } from "./review-panel-disk.ts";
import { applyChange, dropRejected } from "./review-panel-edits.ts";
import type { PanelFile } from "./review-panel-file.ts";
import { OpenPanelFile } from "./review-panel-open.ts";
import { SeenBook } from "./review-seen.ts";
import { summaryOf } from "./review-summary.ts";

/** Decisions come quickly; the editor's own marks follow once they rest. */
const restMs = 600;
const tellMs = 300;

/** `refresh` makes the editor ask anew for its marks. */
export function serveReviewPanel(server: ServerContext, review: Review, book: DecisionBook, refresh: () => void): void {
	const panels = new ReviewPanels(server, review, book, refresh);
	const {
		overview,
		rows,
		sample,
		next,
		decide,
		rate,
		undo,
		seen,
		edit,
		dropRejected: drop,
		summary,
		close,
	} = reviewRequests;
	respond(server, overview, async ({ uri, filter, line, withMetrics }) =>
		overviewOf(await panels.choose(uri, filter), nameOf(uri), { line, withMetrics }),
	);
	respond(server, rows, async ({ uri, filter, from, count }) => {
		const chosen = await panels.choose(uri, filter);
		const { version } = chosen.file;
		return { version, from, rows: await rowsOf(chosen, from, count, server.project().fields) };
	});
	respond(server, sample, async ({ uri, line }) => {
		const panel = await panels.open(uri);
		return sampleOf(panel.file, panel.states(), line, book);
	});
	respond(server, next, async ({ uri, filter, line, wanted }) =>
		nextRow(await panels.choose(uri, filter), line, wanted, filter.order),
	);
	respond(server, decide, ({ uri, key, decision }) => panels.inTurn(() => panels.decide(uri, key, decision)));
	respond(server, rate, ({ uri, key, rating }) => panels.inTurn(() => panels.rate(uri, key, rating)));
	respond(server, undo, ({ uri }) => panels.inTurn(() => panels.undo(uri)));
	respond(server, seen, ({ uri, key }) => panels.see(uri, key));
	respond(server, edit, async ({ uri, ...change }) => {
		return { isApplied: await applyChange(server, panels.openText(uri), change) };
	});
	respond(server, drop, async ({ uri }) => {
		return { dropped: await dropRejected(server, panels.openText(uri), book.decisions) };
	});
	respond(server, summary, ({ uri }) => panels.summary(uri));
	respond(server, close, async ({ uri }) => panels.close(uri));
}

function nameOf(uri: string): string {
	return decodeURIComponent(basename(new URL(uri).pathname));
}

/** A file with a panel: its columns, and what was last asked of them. */
class Panel {
	readonly file: PanelFile;
	readonly #statesOf: () => LineStates;
	#states: { readonly version: number; readonly states: LineStates } | undefined;
	#selection: { readonly asked: string; readonly selection: Selection } | undefined;
	/** Raised by decisions and by what was seen. */
	changes = 0;

	constructor(file: PanelFile, states: (file: PanelFile) => LineStates) {
		this.file = file;
		this.#statesOf = () => states(file);
	}

	states(): LineStates {
		const version = this.file.version + this.changes * 1e7;
		if (this.#states?.version !== version) this.#states = { version, states: this.#statesOf() };
		return this.#states.states;
	}

	choose(filter: ReviewFilter): Chosen {
		const asked = JSON.stringify([this.file.version, this.changes, filter]);
		const states = this.states();
		if (this.#selection?.asked !== asked)
			this.#selection = { asked, selection: selectRows(this.file.table, states, filter) };
		return { file: this.file, states, selection: this.#selection.selection };
	}
}

class ReviewPanels {
	readonly #server: ServerContext;
	readonly #review: Review;
	readonly #book: DecisionBook;
	readonly #refresh: () => void;
	readonly #seen: SeenBook;
	readonly #panels = new Map<string, Promise<Panel>>();
	readonly #timers = new Map<string, NodeJS.Timeout>();
	/** Decisions and ratings of this session by file, newest last; `restore` is false where it was not written. */
	readonly #undo = new Map<string, { readonly key: number; readonly restore: () => Promise<boolean> }[]>();
	#refreshing: NodeJS.Timeout | undefined;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(server: ServerContext, review: Review, book: DecisionBook, refresh: () => void) {
		this.#server = server;
		this.#review = review;
		this.#book = book;
		this.#refresh = refresh;
		this.#seen = new SeenBook(server);
		review.listeners.push((uri) => void this.#changed(uri));
		server.onShutdown(async () => {
			await Promise.all([...this.#panels.keys()].map((uri) => this.close(uri)));
		});
	}

	/** Keys come faster than the disk writes; each undo step must know how its forerunner left the sample. */
	inTurn<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#turn.then(work);
		this.#turn = done.catch(() => {});
		return done;
	}

	open(uri: string): Promise<Panel> {
		const known = this.#panels.get(uri);
		if (known) return known;
		const opened = this.#open(uri);
		this.#panels.set(uri, opened);
		// What could not be opened may be tried again.
		opened.catch(() => this.#panels.delete(uri));
		return opened;
	}

	async choose(uri: string, filter: ReviewFilter): Promise<Chosen> {
		return (await this.open(uri)).choose(filter);
	}

	openText(uri: string) {
		const file = this.#review.file(uri);
		if (file) return file;
		throw new UserError(
			"not-open",
			"The file is not open in the editor, so it can't be edited. Open it, and try again.",
		);
	}

	async decide(uri: string, key: number, decision: Choice["decision"]): Promise<{ isDecided: boolean }> {
		const panel = await this.open(uri);
		const before = this.#before(key);
		const isDecided = await this.#book.decideAll(this.#server, [{ key, decision }]);
		if (!isDecided) return { isDecided };
		await this.#written(uri, panel, key, () => this.#book.decideAll(this.#server, before));
		return { isDecided };
	}

	async rate(uri: string, key: number, rating: number | null): Promise<{ isRated: boolean }> {
		const panel = await this.open(uri);
		const before = this.#book.ratings?.of(key) ?? null;
		const isRated = await this.#book.rate(this.#server, key, rating);
		if (isRated) await this.#written(uri, panel, key, () => this.#book.rate(this.#server, key, before));
		return { isRated };
	}

	async undo(uri: string): Promise<{ line: number | null } | null> {
		const panel = await this.open(uri);
		const last = this.#undo.get(uri)?.at(-1);
		if (!last || !(await last.restore())) return null;
		this.#undo.get(uri)?.pop();
		this.#decided(uri, panel, last.key);
		const line = panel.file.table.key.indexOf(last.key);
		return { line: line === -1 ? null : line };
	}

	async see(uri: string, key: number): Promise<Record<string, never>> {
		const panel = await this.open(uri);
		if (this.#seen.has(key)) return {};
		await this.#seen.add(key);
		panel.changes += 1;
		this.#tell(uri);
		return {};
	}

	async summary(uri: string) {
		const panel = await this.#panels.get(uri)?.catch(() => undefined);
		if (panel?.file.share === 1) return { counts: countsOf(panel.file.table, panel.states()), isComplete: true };
		const file = this.#review.file(uri);
		if (!file) return null;
		await this.#seen.load();
		const counts = await summaryOf(file, this.#book.decisions, (key) => this.#seen.has(key), this.#server.runtime.now);
		return counts && { counts, isComplete: file.isComplete };
	}

	async close(uri: string): Promise<Record<string, never>> {
		const opened = this.#panels.get(uri);
		this.#panels.delete(uri);
		const panel = await opened?.catch(() => undefined);
		await panel?.file.close();
		return {};
	}

	async #open(uri: string): Promise<Panel> {
		await this.#seen.load();
		const states = ({ table }: PanelFile) =>
			statesOf(
				table,
				(key) => this.#book.decisions?.verdict(key) ?? null,
				(key) => this.#seen.has(key),
			);
		const tell = () => this.#tell(uri);
		if (this.#review.file(uri)) return new Panel(this.#openText(uri, tell), states);
		if (!uri.startsWith("file:"))
			throw new UserError("not-open", `${uri} is not open in the editor, and no file on disk.`);
		return new Panel(await DiskPanelFile.open(fileURLToPath(uri), this.#server, tell), states);
	}

	#openText(uri: string, tell: () => void): OpenPanelFile {
		const read = () => this.#review.readAll(uri, () => {});
		return new OpenPanelFile(() => this.#review.file(uri), read, this.#server.runtime.now, tell);
	}

	/** Text or findings of an open file changed, or it was opened or closed. */
	async #changed(uri: string): Promise<void> {
		this.#tell(uri);
		const panel = await this.#panels.get(uri)?.catch(() => undefined);
		if (!panel) return;
		const isOpen = this.#review.file(uri) !== undefined;
		// The text in the editor goes before the file on disk, and the file on disk serves when the text is closed.
		if (isOpen === panel.file instanceof OpenPanelFile) {
			if (panel.file instanceof OpenPanelFile) panel.file.update();
		} else await this.close(uri);
	}

	async #written(uri: string, panel: Panel, key: number, restore: () => Promise<boolean>): Promise<void> {
		this.#undo.set(uri, [...(this.#undo.get(uri) ?? []), { key, restore }]);
		await this.#seen.add(key);
		this.#decided(uri, panel, key);
	}

	#decided(uri: string, panel: Panel, key: number): void {
		panel.file.decided(key);
		panel.changes += 1;
		this.#tell(uri);
		clearTimeout(this.#refreshing);
		this.#refreshing = setTimeout(this.#refresh, restMs);
		this.#refreshing.unref();
	}

	#before(key: number): Choice[] {
		const before = this.#book.decisions?.inForce(key) ?? [];
		return [{ key, decision: "cleared" }, ...before.map((decision) => ({ key, ...decision }))];
	}

	#tell(uri: string): void {
		if (this.#timers.has(uri)) return;
		const timer = setTimeout(() => {
			this.#timers.delete(uri);
			notify(this.#server, reviewChanged, { uri });
		}, tellMs);
		timer.unref();
		this.#timers.set(uri, timer);
	}
}
