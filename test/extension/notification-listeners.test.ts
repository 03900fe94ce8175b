/** Each notification reaches all who listen, and none who stopped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { NotificationListeners } from "../../extension/notification-listeners.ts";

const changed = { method: "changed", params: z.object({ uri: z.string() }) };

test("two panels hear of the same thing; one that closes takes nothing from the other", () => {
	const handlers = new Map<string, (params: unknown) => void>();
	// As the language client does it: the last handler of a method is the only one.
	const listeners = new NotificationListeners((method, handler) => handlers.set(method, handler));
	const heard: string[] = [];
	const first = listeners.on(changed, ({ uri }) => heard.push(`first ${uri}`));
	listeners.on(changed, ({ uri }) => heard.push(`second ${uri}`));
	handlers.get("changed")?.({ uri: "a" });
	first.dispose();
	handlers.get("changed")?.({ uri: "b" });
	assert.deepEqual(heard, ["first a", "second a", "second b"]);
});
