/** The numbers of the trainer protocol: limits, deadlines and close codes (protocol §1, §2, §8). */

export const protocolVersion = "1.0";
export const subprotocol = "polyglot-trainer.v1+json";
export const rpcPath = "/v1/rpc";
export const defaultPort = 8917;

export interface Limits {
	readonly inboundMessageBytes: number;
	readonly outboundMessageBytes: number;
	readonly eventBytes: number;
	readonly frameBytes: number;
	readonly connections: number;
	readonly subscriptions: number;
	readonly inFlight: number;
	readonly requestsPerS: number;
	readonly burst: number;
	readonly launchesPerMinute: number;
	readonly inboundQueue: number;
	readonly jsonDepth: number;
	readonly jsonValues: number;
	readonly uploads: number;
	readonly datasetBytes: number;
	readonly rowBytes: number;
	readonly storeBytes: number;
}

/** What a server enforces unless its capabilities say otherwise. */
export const defaultLimits: Limits = {
	inboundMessageBytes: 1_048_576,
	outboundMessageBytes: 1_048_576,
	eventBytes: 65_536,
	frameBytes: 262_144,
	connections: 8,
	subscriptions: 32,
	inFlight: 32,
	requestsPerS: 20,
	burst: 100,
	launchesPerMinute: 30,
	inboundQueue: 16,
	jsonDepth: 32,
	jsonValues: 20_000,
	uploads: 4,
	datasetBytes: 2 * 1024 ** 3,
	rowBytes: 1_048_576,
	storeBytes: 20 * 1024 ** 3,
};

/** Bytes a message from the server may have before the client closes with 1009. */
export const clientMaxPayload = 4 * 1024 ** 2;
/** Transfer id and offset before the payload of a binary frame. */
export const frameHeaderBytes = 24;
/** Frames of an upload that may be on their way without an answer. */
export const uploadWindow = 16;
/** Stored frames after which the server reports progress. */
export const progressEvery = 8;

export const deadlineMs = { usual: 30_000, long: 300_000 };
export const initializeWithinMs = 10_000;
export const serverPingMs = 20_000;
/** Neither ping nor message for this long: the client takes the link for dead. */
export const silenceMs = 45_000;
export const backoff = { firstS: 0.5, longestS: 30, resetAfterMs: 60_000, triesWhenIdle: 10 };

export const closeCodes = {
	done: 1000,
	shuttingDown: 1001,
	protocolError: 1002,
	badBinary: 1003,
	invalidUtf8: 1007,
	tooLarge: 1009,
	serverFault: 1011,
	notInitialized: 4400,
	tokenRevoked: 4401,
	versionMismatch: 4406,
	tooSlow: 4408,
	flooding: 4429,
} as const;
