/** What a feature of the language server is given, so that each lives in a file of its own. */
import type { CodeAction, Connection } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Decisions } from "../core/decisions.ts";
import type { Detectors } from "../core/language-id/detector.ts";
import type { Project } from "../core/project.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import type { AnnotatedFile, MeasuredFinder } from "./annotated-file.ts";
import type { HoverRow } from "./hover.ts";

/** The world outside the protocol, handed in so that tests choose it. */
export interface Runtime {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Absolute path of the product's own `media/`. */
	readonly mediaFolder: string;
	/** The file this process runs, from which threads start; without it all work is done on one thread. */
	readonly engineFile?: URL | undefined;
	/** Milliseconds since the epoch. */
	now(): number;
	/** Writes one line of the server's own log; never text of a sample, never a key. */
	log(line: string): void;
}

export interface ServerContext {
	readonly connection: Connection;
	readonly runtime: Runtime;
	/** Absolute path of the first workspace folder; undefined without one. */
	folder(): string | undefined;
	/** The `polyglot.json` in force; the empty project where there is none. */
	project(): Project;
	/** False: nothing may be written or sent. Changes when the user grants trust. */
	isTrusted(): boolean;
	/** Who decides a text's language; franc alone until the others are loaded. */
	detectors(): Detectors;
	/** What the team decided about samples; undefined until it was read. */
	decisions(): Decisions | undefined;
	openDocument(uri: string): TextDocument | undefined;
	readonly review: ReviewDoor;
	/** The client of the trainer in force, set by the feature that holds the connection. */
	trainer: (() => Promise<TrainerClient>) | undefined;
	/** Calls back after `polyglot.json` was read again. */
	onProjectChange(listener: () => void): void;
	/** Calls back when the server ends, so that a feature can close what it opened. */
	onShutdown(close: () => void | Promise<void>): void;
}

/** Where a feature adds to the review of open files. */
export interface ReviewDoor {
	file(uri: string): AnnotatedFile | undefined;
	/** Asked for the first line of a selection. */
	readonly actions: ((file: AnnotatedFile, line: number) => Promise<CodeAction[]>)[];
	/** Further rows of a sample's hover, such as the values of a measurement. */
	readonly hoverRows: ((file: AnnotatedFile, line: number) => Promise<readonly HoverRow[]>)[];
	/** Adds what a measurement finds to each line's findings, in place of an earlier one's. */
	setMeasured(measured: MeasuredFinder): void;
	/** By the command's name; what they throw is logged. */
	readonly commands: Map<string, (argument: unknown) => Promise<void>>;
}

/** Registers request handlers; called once, before the connection starts to listen. */
export type Feature = (server: ServerContext) => void;
