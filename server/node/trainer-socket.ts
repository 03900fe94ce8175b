/** Opens the websocket to a trainer as the protocol demands (§1): who may be trusted, and what a refusal means. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { connect, type TLSSocket } from "node:tls";
import WebSocket from "ws";
import { UserError } from "../core/problem.ts";
import { clientMaxPayload, rpcPath, subprotocol } from "../core/trainer/limits.ts";

export interface TrainerAddress {
	/** `wss://host:port`, or `ws://` on this machine; with or without `/v1/rpc`. */
	readonly url: string;
	readonly token: string;
	/** PEM file with the authority to trust instead of the system's. */
	readonly caFile?: string | undefined;
	/** SHA-256 of the trainer's leaf certificate in DER, hex; replaces chain, name and expiry checks. */
	readonly pin?: string | undefined;
}

const handshakeMs = 30_000;

/** Why a link could not be opened. `isFinal`: trying again by itself is of no use. */
export class LinkFailure extends UserError {
	readonly isFinal: boolean;
	readonly retryAfterS: number;
	constructor(code: string, message: string, more: { isFinal?: boolean; retryAfterS?: number; cause?: unknown } = {}) {
		super(code, message, { cause: more.cause });
		this.isFinal = more.isFinal ?? false;
		this.retryAfterS = more.retryAfterS ?? 0;
	}
}

/** The address as it is called, or a UserError that says what is wrong with it. Never holds a token. */
export function trainerUrl(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url || (url.protocol !== "ws:" && url.protocol !== "wss:") || url.username !== "" || url.search !== "") {
		throw new UserError(
			"trainer-address",
			`\`${text}\` is no trainer address. Write wss://HOST:PORT, or ws://127.0.0.1:PORT for a tunnel.`,
		);
	}
	if (url.protocol === "ws:" && !isLoopback(url.hostname)) {
		throw new UserError(
			"trainer-address",
			`${url.origin} would send the token unencrypted over the network. Use wss://, or a tunnel: ssh -L 8917:127.0.0.1:8917 ${url.hostname}, then ws://127.0.0.1:8917.`,
		);
	}
	if (url.pathname === "/") url.pathname = rpcPath;
	return url;
}

const isLoopback = (host: string) =>
	host === "localhost" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

/** An open socket, upgraded and authenticated. Throws a LinkFailure. */
export async function openSocket(address: TrainerAddress): Promise<WebSocket> {
	const url = trainerUrl(address.url);
	const pinned = address.pin === undefined || url.protocol === "ws:" ? undefined : await pinnedSocket(url, address.pin);
	const socket = new WebSocket(url, [subprotocol], {
		perMessageDeflate: false,
		maxPayload: clientMaxPayload,
		followRedirects: false,
		handshakeTimeout: handshakeMs,
		headers: { Authorization: `Bearer ${address.token}` },
		...(address.caFile === undefined ? {} : { ca: await readCa(address.caFile) }),
		...(pinned ? { createConnection: () => pinned } : {}),
	});
	return new Promise((resolve, reject) => {
		socket.once("open", () => resolve(socket));
		socket.once("unexpected-response", (request, response) => {
			reject(refused(url, response));
			request.destroy();
		});
		socket.once("error", (cause) => reject(unreachable(url, cause)));
	});
}

async function readCa(path: string): Promise<string> {
	try {
		return await readFile(path, "utf8");
	} catch (cause) {
		throw new LinkFailure("trainer-certificate", `The certificate file ${path} cannot be read: ${String(cause)}`, {
			isFinal: true,
			cause,
		});
	}
}

/** TLS first, then the pin, and only then HTTP: a wrong server never sees the token. */
function pinnedSocket(url: URL, pin: string): Promise<TLSSocket> {
	const host = url.hostname.replace(/^\[|\]$/g, "");
	const port = Number(url.port || 443);
	return new Promise((resolve, reject) => {
		// The pin stands in for the chain, so an own certificate is no error here.
		const socket = connect({
			host,
			port,
			rejectUnauthorized: false,
			...(/^[\d.:]+$/.test(host) ? {} : { servername: host }),
		});
		socket.setTimeout(handshakeMs, () => socket.destroy(new Error("the TLS handshake took too long")));
		socket.once("error", (cause) => reject(unreachable(url, cause)));
		socket.once("secureConnect", () => {
			socket.setTimeout(0);
			const shown = createHash("sha256").update(socket.getPeerCertificate().raw).digest("hex");
			if (shown === pin.toLowerCase()) return resolve(socket);
			socket.destroy();
			const message = `${url.host} shows the certificate ${shown}, pinned is ${pin}. Somebody may be in between; ask who runs the trainer for its fingerprint.`;
			reject(new LinkFailure("trainer-pin", message, { isFinal: true }));
		});
	});
}

/** The status of a refused upgrade, in words with the next step. */
function refused(url: URL, { statusCode = 0, headers }: IncomingMessage): LinkFailure {
	const at = url.host;
	switch (statusCode) {
		case 400:
			return final(
				"trainer-version",
				`The trainer at ${at} does not speak ${subprotocol}. Update the trainer or the extension.`,
			);
		case 401:
			return final(
				"trainer-token",
				`The trainer at ${at} refuses the token. Make one with \`polyglot-trainer token add NAME\` and connect again.`,
			);
		case 403:
			return final(
				"trainer-origin",
				`The trainer at ${at} refuses requests with an Origin header; a proxy in between adds one.`,
			);
		case 404:
			return final(
				"trainer-path",
				`${at} answers, but there is no trainer at ${url.pathname}. The address usually ends with ${rpcPath}.`,
			);
		case 503: {
			const retryAfterS = Number(headers["retry-after"]) || 0;
			return new LinkFailure("trainer-busy", `The trainer at ${at} has no room for another connection just now.`, {
				retryAfterS,
			});
		}
		default:
			return new LinkFailure("trainer-away", `${at} answers ${statusCode} instead of a trainer. Is the address right?`);
	}
}

const final = (code: string, message: string) => new LinkFailure(code, message, { isFinal: true });

function unreachable(url: URL, cause: Error): LinkFailure {
	const code = (cause as NodeJS.ErrnoException).code ?? "";
	if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)) {
		const message = `The certificate of ${url.host} is not trusted (${code}). Set \`trainer.caFile\` or \`trainer.pin\` in polyglot.json.`;
		return new LinkFailure("trainer-certificate", message, { isFinal: true, cause });
	}
	const message = `No trainer answers at ${url.host} (${code || cause.message}). Is \`polyglot-trainer serve\` running, and the tunnel open?`;
	return new LinkFailure("trainer-away", message, { cause });
}
