/** Stands for the engine's file where a test needs threads started from it. */
import { serveEngineThread } from "../../server/node/engine-thread.ts";

await serveEngineThread();
