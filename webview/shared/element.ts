/** One new element; its text is text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
	name: K,
	className = "",
	text?: string,
): HTMLElementTagNameMap[K] {
	const made = document.createElement(name);
	if (className !== "") made.className = className;
	if (text !== undefined) made.textContent = text;
	return made;
}

/** A button that does one thing. */
export function button(label: string, press: () => void, className = ""): HTMLButtonElement {
	const made = element("button", className, label);
	made.type = "button";
	made.addEventListener("click", press);
	return made;
}
