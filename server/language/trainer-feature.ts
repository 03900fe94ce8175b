/** What the requests about training share: the connection, and how to tell the panels. */
import type { ServerContext } from "./feature.ts";
import type { TrainerConnection } from "./trainer-connection.ts";

export interface TrainerFeature {
	readonly server: ServerContext;
	readonly connection: TrainerConnection;
	readonly version: string;
	/** Something changed that panels and lists show. */
	touch(): void;
}
