/** What a command of the command line is given, so that tests run it without a process. */
export interface CommandIo {
	/** Writes text as it stands. */
	stdout(text: string): void;
	/** Writes one line. */
	stderr(line: string): void;
	/** Shows how far long work is in place of what was shown before, "" for nothing; absent where nobody watches a terminal. */
	readonly showProgress?: (text: string) => void;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Absolute path that relative arguments start from. */
	readonly cwd: string;
	/** Absolute path of the product's own `media/`, with the published numbers and the practice seeds. */
	readonly mediaFolder: string;
	/** The file this process runs, from which threads start; without it all work is done on one thread. */
	readonly engineFile?: URL;
	/** Of the product, as package.json says. */
	readonly version: string;
	/** Aborted by Ctrl+C. */
	readonly signal: AbortSignal;
}

/** 0 = done; 1 = done, and found what the caller asked to fail on; 2 = unusable arguments or files. */
export type ExitCode = 0 | 1 | 2;

/** One command: takes its arguments, writes to `io`, returns its exit code. */
export type Command = (args: string[], io: CommandIo) => Promise<ExitCode>;
