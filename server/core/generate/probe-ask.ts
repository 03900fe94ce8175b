/** How a probe asks, and which replies say nothing about what an endpoint can. */
import type { ChatRequest, Reply } from "./reply.ts";

/** Sends one request of a probe. */
export type Ask = (request: Omit<ChatRequest, "model">) => Promise<Reply>;

/** A refusal of the request is a verdict; anything that may pass is not. */
export const isPassing = (reply: Reply): boolean => reply.type === "failure" && reply.kind !== "rejected";
