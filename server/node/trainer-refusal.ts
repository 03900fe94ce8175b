/** What a trainer refuses, in words a user can act on. */
import { UserError } from "../core/problem.ts";
import { TrainerError } from "../core/trainer/errors.ts";
import { OutcomeUnknown } from "./trainer-requests.ts";

/** A refusal as the user should read it, with the next step where there is one. */
export function asUserError(cause: unknown): Error {
	if (cause instanceof UserError || !(cause instanceof Error)) return cause as Error;
	if (cause instanceof OutcomeUnknown) {
		return new UserError("trainer-away", `${cause.message} The run, if any, goes on; connect again to see it.`, {
			cause,
		});
	}
	if (!(cause instanceof TrainerError)) return cause;
	return new UserError(`trainer-${cause.code}`, `The trainer refuses: ${cause.message}${nextStep(cause)}`, { cause });
}

function nextStep({ code, details }: TrainerError): string {
	switch (code) {
		case "bad_rows": {
			const [first] = Array.isArray(details.rows)
				? (details.rows as { line: number; code: string; message: string }[])
				: [];
			return first
				? ` First: line ${first.line}, ${first.code}: ${first.message} Annotate the file to see them all.`
				: "";
		}
		case "quota_exceeded":
			return " Train on a smaller file, or remove old datasets at the trainer.";
		case "not_resumable":
			return " Launch it again instead.";
		case "run_active":
			return " Wait until it has ended.";
		default:
			return "";
	}
}
