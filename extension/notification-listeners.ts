/** Who listens to what the engine tells: the language client keeps one handler a method, and panels are many. */
import type * as vscode from "vscode";
import type * as z from "zod/mini";
import type { NotificationType } from "../server/core/request-type.ts";

type Listener = (params: unknown) => void;

export class NotificationListeners {
	readonly #byMethod = new Map<string, Set<Listener>>();
	readonly #register: (method: string, handler: Listener) => void;

	/** `register` is called once a method. */
	constructor(register: (method: string, handler: Listener) => void) {
		this.#register = register;
	}

	on<P extends z.ZodMiniType>(type: NotificationType<P>, listener: (params: z.infer<P>) => void): vscode.Disposable {
		const listeners = this.#of(type.method);
		const parsing = (params: unknown) => listener(type.params.parse(params));
		listeners.add(parsing);
		return { dispose: () => listeners.delete(parsing) };
	}

	#of(method: string): Set<Listener> {
		const known = this.#byMethod.get(method);
		if (known) return known;
		const made = new Set<Listener>();
		this.#byMethod.set(method, made);
		this.#register(method, (params) => {
			for (const listener of [...made]) listener(params);
		});
		return made;
	}
}
