/** Money of single answers, which often cost less than money is usually written in. */
import { money } from "../shared/quantities.ts";

/** Two digits below a thousandth, else as everywhere. */
export const smallMoney = (amount: number, currency: string): string =>
	amount > 0 && amount < 0.001 ? `${Number(amount.toPrecision(2))} ${currency}` : money(amount, currency);
