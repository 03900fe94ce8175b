/** The panel's shortcuts: one table that is listened to, listed by `?`, and named on the buttons. */

export type Action =
	| "next"
	| "previous"
	| "accept"
	| "reject"
	| "clear"
	| "rate"
	| "unrate"
	| "undo"
	| "next-weak"
	| "next-unseen"
	| "compare"
	| "edit"
	| "filters"
	| "reset-filters"
	| "reveal"
	| "help";

export interface Shortcut {
	readonly action: Action;
	readonly keys: readonly string[];
	readonly label: string;
}

export const shortcuts: readonly Shortcut[] = [
	{ action: "next", keys: ["j"], label: "Next sample of the list" },
	{ action: "previous", keys: ["k"], label: "Previous sample of the list" },
	{ action: "next-weak", keys: ["n"], label: "Next weak sample that is undecided" },
	{ action: "next-unseen", keys: ["u"], label: "Next sample you have not seen" },
	{ action: "accept", keys: ["a"], label: "Accept, and go on to the next undecided" },
	{ action: "reject", keys: ["r"], label: "Reject, and go on to the next undecided" },
	{ action: "clear", keys: ["x"], label: "Take back what was decided about this sample" },
	{ action: "rate", keys: ["1", "2", "3", "4", "5"], label: "Rate the response, from 1, worst, to 5, best" },
	{ action: "unrate", keys: ["0"], label: "Take your rating of this sample back" },
	{ action: "undo", keys: ["z"], label: "Undo the last decision or rating" },
	{ action: "compare", keys: ["c"], label: "Compare other teachers’ answers to the same seed or prompt" },
	{ action: "edit", keys: ["e"], label: "Edit; Ctrl+Enter writes it into the file, Escape leaves it" },
	{ action: "filters", keys: ["f"], label: "Show or hide filters and distributions" },
	{ action: "reset-filters", keys: ["l"], label: "List everything again: remove all filters" },
	{ action: "reveal", keys: ["o"], label: "Open the line in the text editor" },
	{ action: "help", keys: ["?"], label: "List these shortcuts" },
];

/** Keys of the list itself, while it has the focus. */
export const listKeys: readonly { readonly keys: string; readonly label: string }[] = [
	{ keys: "↓ ↑", label: "Next and previous sample" },
	{ keys: "Page Down, Page Up, Home, End", label: "Further through the list" },
];

interface Pressed {
	readonly key: string;
	readonly ctrlKey: boolean;
	readonly metaKey: boolean;
	readonly altKey: boolean;
}

/** Undefined where the key is none of ours; keys with Ctrl, Alt or Cmd are the editor's. */
export function actionOf({ key, ctrlKey, metaKey, altKey }: Pressed): Action | undefined {
	if (ctrlKey || metaKey || altKey) return undefined;
	return shortcuts.find(({ keys }) => keys.includes(key))?.action;
}

/** Such as `A`, as a button names it. */
export function keyOf(action: Action): string {
	return shortcuts.find((shortcut) => shortcut.action === action)?.keys[0]?.toUpperCase() ?? "";
}
