/** Enter and space press what is drawn as a button. */
export function isPress(event: KeyboardEvent): boolean {
	return event.key === "Enter" || event.key === " ";
}
