/** One tooltip for all marks: whatever has `data-tip` shows it under the pointer or the focus. */
import "./tooltip.css";

/** Listens once on the panel's root. Texts are set as text, never as markup. */
export function installTooltip(root: HTMLElement): void {
	const tip = root.ownerDocument.createElement("div");
	tip.className = "tooltip";
	tip.setAttribute("role", "tooltip");
	tip.hidden = true;
	root.ownerDocument.body.append(tip);
	const show = (target: EventTarget | null, x: number, y: number) => {
		const marked = target instanceof Element ? target.closest("[data-tip]") : null;
		tip.hidden = !marked;
		if (!marked) return;
		tip.textContent = marked.getAttribute("data-tip");
		const { innerWidth, innerHeight } = window;
		tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8))}px`;
		tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18}px`;
	};
	root.addEventListener("pointermove", (event) => show(event.target, event.clientX, event.clientY));
	root.addEventListener("pointerleave", () => show(null, 0, 0));
	root.addEventListener("focusin", ({ target }) => {
		if (!(target instanceof Element) || !target.matches(":focus-visible")) return;
		const { left, bottom } = target.getBoundingClientRect();
		show(target, left, bottom - 12);
	});
	root.addEventListener("focusout", () => show(null, 0, 0));
	root.addEventListener("keydown", ({ key }) => key === "Escape" && show(null, 0, 0));
}
