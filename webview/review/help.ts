/** The list of shortcuts, shown by `?` over the panel. */
import { button, element } from "../shared/element.ts";
import { listKeys, shortcuts } from "./keys.ts";

export function showHelp(root: HTMLElement): void {
	const known = root.querySelector<HTMLDialogElement>(":scope > dialog.help");
	const dialog = known ?? root.appendChild(helpDialog());
	if (!dialog.open) dialog.showModal();
}

function helpDialog(): HTMLDialogElement {
	const dialog = element("dialog", "help");
	const title = element("h2", "", "Shortcuts");
	title.id = "help-title";
	dialog.setAttribute("aria-labelledby", title.id);
	const list = element("dl");
	const rows = [
		...shortcuts.map(({ keys, label }) => ({ keys: keys.map((key) => key.toUpperCase()).join(", "), label })),
		...listKeys,
	];
	for (const { keys, label } of rows) {
		const row = element("div");
		const key = element("dt");
		key.append(element("kbd", "", keys));
		row.append(key, element("dd", "", label));
		list.append(row);
	}
	dialog.append(
		title,
		list,
		button("Close", () => dialog.close()),
	);
	return dialog;
}
