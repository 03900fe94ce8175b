/** The practice server in a process of its own, so that its work is not counted as the engine's. Takes knobs as JSON. */
import { startPracticeTeachers } from "../../../server/practice/teachers.ts";
import { mediaFolder } from "../../node/generate-rig.ts";

const server = await startPracticeTeachers({ mediaFolder, knobs: JSON.parse(process.argv[2] ?? "{}") });
console.log(JSON.stringify({ baseUrl: server.baseUrl, apiKey: server.apiKey }));
