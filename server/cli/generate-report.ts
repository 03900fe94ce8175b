/** What the command says of a run while it goes on and when it has ended. */
import type { SessionEnd, SessionProgress } from "../node/generate-progress.ts";

/** Such as `38 of 120 accepted, 2 rejected, 4.2/s, 20 s left, 8 of 8 in flight`. */
export function progressLine({
	accepted,
	target,
	rejected,
	ratePerS,
	etaS,
	inFlight,
	limit,
	waiting,
}: SessionProgress): string {
	const parts = [`${accepted} of ${target} accepted`, `${rejected} rejected`];
	if (ratePerS !== null) parts.push(`${ratePerS.toFixed(1)}/s`);
	if (etaS !== null) parts.push(`${Math.ceil(etaS)} s left`);
	parts.push(`${inFlight} of ${limit} in flight`);
	if (waiting !== null) parts.push(`waiting: ${waiting}`);
	return parts.join(", ");
}

export function summaryOf({ ratePerS, etaS, inFlight, limit, waiting, ...rest }: SessionEnd): object {
	return { ...rest, attemptsPerAccepted: rest.accepted === 0 ? null : rest.attempts / rest.accepted };
}

export function summaryText({
	state,
	accepted,
	target,
	rejected,
	attempts,
	output,
	cells,
	reasons,
	reused,
	doubled,
	spent,
}: SessionEnd): string {
	const rows = cells.map(
		(cell) => `  ${cell.teacher}, ${cell.strategy}, ${cell.language}: ${cell.accepted} of ${cell.target}`,
	);
	const why = Object.entries(reasons).map(([reason, count]) => `  ${count} x ${reason}`);
	const waste = attempts === 0 ? "" : ` (waste ${Math.round((100 * Math.max(0, attempts - accepted)) / attempts)} %)`;
	const again = reused > 0 ? `, ${reused} answers reused from earlier runs (--fresh asks again)` : "";
	const twice = doubled > 0 ? [`  ${doubled} cut-off answers asked again with twice the token limit`] : [];
	const money = Object.entries(spent).map(([currency, amount]) => `  ${amount.toFixed(4)} ${currency} spent`);
	return [
		`${state}: ${accepted} of ${target} samples accepted, ${rejected} rejected, ${attempts} requests sent${waste}${again}. ${output}`,
		...money,
		...twice,
		...rows,
		...(why.length > 0 ? ["Rejected:", ...why] : []),
	].join("\n");
}
