/** Says what happened: to screen readers always, on screen where the eye would not see it elsewhere. */
import { visibleLine } from "../reading/invisible.ts";
import { element } from "../shared/element.ts";

/** A message is in the way after this long. */
const shownMs = 5000;

export class Announcer {
	readonly #status: HTMLElement;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(holder: HTMLElement) {
		this.#status = holder.appendChild(element("div", "status"));
		this.#status.setAttribute("role", "status");
	}

	/** For eyes and ears. */
	show(message: string): void {
		this.#set(message, false);
	}

	/** For ears alone. */
	tell(message: string): void {
		this.#set(message, true);
	}

	#set(message: string, isSilent: boolean): void {
		clearTimeout(this.#timer);
		this.#status.textContent = visibleLine(message, 400);
		this.#status.classList.toggle("silent", isSilent);
		if (!isSilent) this.#timer = setTimeout(() => this.#status.classList.add("silent"), shownMs);
	}
}
