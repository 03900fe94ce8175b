/** Editing a sample where it is read: a field for each turn, written back together. */
import type { ReviewSample, ReviewTurn, TextChange } from "../../server/core/review/messages.ts";
import { invisibleCharacters } from "../reading/invisible.ts";
import { writingOf } from "../reading/writing.ts";
import { button, element } from "../shared/element.ts";

export interface EditEvents {
	/** Only what differs; empty where nothing does. */
	readonly save: (changes: TextChange[]) => void;
	readonly cancel: () => void;
}

/** Draws the form and puts the focus on the last answer. */
export function drawEditForm(holder: HTMLElement, { turns }: ReviewSample, { save, cancel }: EditEvents): void {
	const form = element("form", "edit");
	const fields = turns.map((turn, index) => turnField(turn, index));
	const submit = () => save(fields.flatMap(changeIn));
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		submit();
	});
	form.addEventListener("keydown", (event) => {
		if (event.key === "Escape") cancel();
		else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
		else return;
		event.preventDefault();
		event.stopPropagation();
	});
	const write = element("button", "primary", "Write into the file");
	write.type = "submit";
	const buttons = element("div", "buttons");
	buttons.append(write, button("Leave", cancel));
	form.append(...fields.map(({ element: field }) => field), buttons);
	holder.replaceChildren(form);
	const answers = fields.filter(({ turn, area }) => turn.role === "assistant" && !area.disabled);
	(answers.at(-1) ?? fields[0])?.area.focus();
}

interface TurnField {
	readonly turn: ReviewTurn;
	readonly area: HTMLTextAreaElement;
	readonly element: HTMLElement;
}

/** A field knows one kind of line break; where nothing else was changed, the text keeps its own. */
function changeIn({ turn, area }: TurnField): TextChange[] {
	if (area.disabled || area.value === turn.text.replace(/\r\n?/g, "\n")) return [];
	const text = turn.text.includes("\r\n") ? area.value.replaceAll("\n", "\r\n") : area.value;
	return [{ field: turn.field, text }];
}

function turnField(turn: ReviewTurn, index: number): TurnField {
	const holder = element("div", "turn-field");
	const label = element("label", "", `${turn.role[0]?.toUpperCase()}${turn.role.slice(1)}`);
	const area = element("textarea");
	area.id = `edit-${index}`;
	label.htmlFor = area.id;
	area.value = turn.text;
	area.spellcheck = false;
	const { direction, tag, script } = writingOf(turn.text, turn.language);
	area.dir = direction;
	area.lang = tag;
	area.dataset.script = script;
	holder.append(label, area);
	// What was not sent whole would be written back cut.
	if (turn.cut > 0) {
		area.disabled = true;
		holder.append(element("p", "remark", "Too long to edit here; edit it in the text editor."));
	} else holder.append(...invisibleRemark(turn.text));
	return { turn, area, element: holder };
}

/** A text field shows them no more than any editor does; so it is said that they are there. */
function invisibleRemark(text: string): HTMLElement[] {
	const counts = new Map<string, number>();
	for (const { name } of invisibleCharacters(text)) counts.set(name, (counts.get(name) ?? 0) + 1);
	if (counts.size === 0) return [];
	const named = [...counts].map(([name, count]) => (count > 1 ? `${name}, ${count} times` : name));
	return [element("p", "remark", `Holds what is not seen here: ${named.slice(0, 8).join("; ")}.`)];
}
