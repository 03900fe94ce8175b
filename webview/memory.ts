/** What the editor keeps of a panel over a reload of the window or a hidden tab. */
export interface Memory {
	/** What was kept last; undefined at first. */
	recall(): unknown;
	keep(state: unknown): void;
}
