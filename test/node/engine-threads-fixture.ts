/** Stands for the engine's file where a test needs threads started from it. */
import { isParquetWorker, serveParquetWorker } from "../../server/node/parquet-thread.ts";

if (isParquetWorker()) await serveParquetWorker();
