/** Wrong user data is a value, not an exception: what is wrong, where, and what to do. */
export interface Problem {
	/** Stable, kebab-case. */
	readonly code: string;
	/** One sentence a person would write, with the offending value and the next step. */
	readonly message: string;
	/** JSON path such as `teachers[0].baseUrl`, or a file with a line. */
	readonly where?: string;
}

/** A failure the user can do something about; the edge shows its message as it stands. */
export class UserError extends Error {
	override readonly name = "UserError";
	readonly code: string;
	constructor(code: string, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
