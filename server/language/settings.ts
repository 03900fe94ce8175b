/** What is personal: which surfaces are on. Parsed at the door; what is missing or wrong is the default. */
import * as z from "zod/mini";

const Switch = (byDefault: boolean) =>
	z.catch(z._default(z.object({ enabled: z.catch(z.boolean(), byDefault) }), { enabled: byDefault }), {
		enabled: byDefault,
	});

export const Settings = z.object({
	inlayHints: Switch(true),
	hover: Switch(true),
	codeLens: Switch(false),
	symbols: Switch(true),
	folding: Switch(true),
	diagnostics: z.catch(
		z.object({ enabled: z.catch(z.boolean(), true), maximum: z.catch(z.int().check(z.gte(1), z.lte(1000)), 100) }),
		{ enabled: true, maximum: 100 },
	),
});
export type Settings = z.infer<typeof Settings>;

/** The settings out of whatever the editor sends. */
export function readSettings(value: unknown): Settings {
	return Settings.parse(typeof value === "object" && value !== null ? value : {});
}
