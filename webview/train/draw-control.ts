/** Draws one control of the form with its label, its hint and what is wrong with it. */
import { type Selection, select } from "d3";
import type { Control } from "./controls.ts";

type Change = (control: Control, value: string) => void;
type Row = Selection<HTMLDivElement, Control, Element, unknown>;

/** Draws, or redraws, the controls of a section. What is being typed is left alone. */
export function drawControls(parent: Element, controls: readonly Control[], change: Change): void {
	const rows = select(parent)
		.selectAll<HTMLDivElement, Control>(":scope > div.control")
		.data(controls, ({ id, type }) => `${id} ${type}`)
		.join("div")
		.attr("class", ({ type }) => `control ${type}`)
		.order() as unknown as Row;
	rows.each(function (control) {
		drawControl(this, control, change);
	});
}

const idOf = (control: Control, what = "") => `field-${control.id.replaceAll(/\W+/g, "-")}${what}`;

function drawControl(row: HTMLElement, control: Control, change: Change): void {
	if (control.type === "list") drawList(row, control, change);
	else if (control.type === "check") drawCheck(row, control, change);
	else {
		drawLabel(row, control);
		if (control.type === "select") drawSelect(row, control, change);
		else drawText(row, control, change);
	}
	drawNotes(row, control);
	describe(row, control);
}

function drawLabel(row: HTMLElement, control: Control): void {
	select(row).selectAll("label").data([control]).join("label").attr("for", idOf(control)).text(control.label);
}

function drawText(row: HTMLElement, control: Control, change: Change): void {
	const input = select(row)
		.selectAll<HTMLInputElement, Control>("input")
		.data([control])
		.join("input")
		.attr("id", idOf(control))
		.attr("type", "text")
		.attr("spellcheck", "false")
		.attr("autocomplete", "off")
		.attr("placeholder", control.standard)
		// With every key: a button that waits for this field must not have to be clicked twice.
		.on("input", (event: Event) => change(control, (event.target as HTMLInputElement).value));
	input.each(function () {
		if (document.activeElement !== this) this.value = control.value;
	});
}

function drawSelect(row: HTMLElement, control: Control, change: Change): void {
	const box = select(row)
		.selectAll<HTMLSelectElement, Control>("select")
		.data([control])
		.join("select")
		.attr("id", idOf(control))
		.on("change", (event: Event) => change(control, (event.target as HTMLSelectElement).value));
	box
		.selectAll<HTMLOptionElement, Control["choices"][number]>("option")
		.data(control.choices, ({ value }) => value)
		.join("option")
		.attr("value", ({ value }) => value)
		.text(({ label }) => label);
	box.property("value", control.value);
}

function drawCheck(row: HTMLElement, control: Control, change: Change): void {
	const label = select(row).selectAll("label").data([control]).join("label");
	label
		.selectAll<HTMLInputElement, Control>("input")
		.data([control])
		.join("input")
		.attr("type", "checkbox")
		.property("checked", control.value !== "")
		.on("change", (event: Event) => change(control, (event.target as HTMLInputElement).checked ? "yes" : ""));
	label.selectAll("span").data([control.label]).join("span").text(String);
}

/** Several of a list: a group of boxes with one name. */
function drawList(row: HTMLElement, control: Control, change: Change): void {
	const chosen = new Set(control.value.split("\n"));
	const group = select(row).selectAll("fieldset").data([control]).join("fieldset");
	group.selectAll("legend").data([control.label]).join("legend").text(String);
	const label = group
		.selectAll<HTMLLabelElement, Control["choices"][number]>("label")
		.data(control.choices, ({ value }) => value)
		.join("label");
	label
		.selectAll<HTMLInputElement, Control["choices"][number]>("input")
		.data((choice) => [choice])
		.join("input")
		.attr("type", "checkbox")
		.property("checked", ({ value }) => chosen.has(value))
		.on("change", (event: Event, { value }) => {
			if ((event.target as HTMLInputElement).checked) chosen.add(value);
			else chosen.delete(value);
			change(
				control,
				control.choices
					.map((choice) => choice.value)
					.filter((one) => chosen.has(one))
					.join("\n"),
			);
		});
	label
		.selectAll("span")
		.data((choice) => [choice])
		.join("span")
		.text((choice) => choice.label);
}

/** A screen reader says the hint and what is wrong after the label. */
function describe(row: HTMLElement, control: Control): void {
	const notes = [control.hint && idOf(control, "-hint"), control.issue && idOf(control, "-issue")].filter(Boolean);
	const named = row.querySelector("fieldset, select, input");
	if (notes.length > 0) named?.setAttribute("aria-describedby", notes.join(" "));
	else named?.removeAttribute("aria-describedby");
	if (control.issue !== "") named?.setAttribute("aria-invalid", "true");
	else named?.removeAttribute("aria-invalid");
}

function drawNotes(row: HTMLElement, control: Control): void {
	const notes = [
		{ kind: "hint", text: control.hint },
		{ kind: "issue", text: control.issue },
	].filter(({ text }) => text !== "");
	select(row)
		.selectAll<HTMLParagraphElement, (typeof notes)[number]>(":scope > p")
		.data(notes, ({ kind }) => kind)
		.join("p")
		.attr("class", ({ kind }) => kind)
		.attr("id", ({ kind }) => idOf(control, `-${kind}`))
		.text(({ text }) => text);
}
