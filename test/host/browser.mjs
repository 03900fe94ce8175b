// Starts a headless Chromium: the machine's own where there is one, else the one from the npm registry.
import { spawnSync } from "node:child_process";
import {
	chmodSync,
	createReadStream,
	createWriteStream,
	existsSync,
	mkdirSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import { chromium } from "playwright-core";
import { root } from "../tools/setup.mjs";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const systemPaths = ["/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/google-chrome"];

/** A browser. `CHROMIUM_PATH` names another executable; `CHROMIUM_PATH=npm` forces the one from npm. */
export async function launchBrowser() {
	const asked = process.env.CHROMIUM_PATH;
	const system = asked ?? systemPaths.find((path) => existsSync(path));
	if (system && system !== "npm") return chromium.launch({ executablePath: system, args: flags });
	const { executablePath, env } = await unpackChromium();
	return chromium.launch({ executablePath, args: flags, env: { ...process.env, ...env } });
}

/** The npm package ships brotli files; they are unpacked once, into the project's cache. */
async function unpackChromium() {
	const packed = join(dirname(fileURLToPath(import.meta.url)), "node_modules/@sparticuz/chromium/bin");
	const folder = join(root, ".cache/chromium-147");
	const executablePath = join(folder, "chromium");
	if (!existsSync(executablePath)) {
		mkdirSync(folder, { recursive: true });
		for (const name of ["al2023", "swiftshader", "fonts"]) await unpackArchive(packed, folder, name);
		await expand(join(packed, "chromium.br"), `${executablePath}.part`);
		chmodSync(`${executablePath}.part`, 0o755);
		renameSync(`${executablePath}.part`, executablePath);
	}
	return { executablePath, env: bareSystemEnvironment(folder) };
}

async function unpackArchive(packed, folder, name) {
	const archive = join(folder, `${name}.tar`);
	await expand(join(packed, `${name}.tar.br`), archive);
	const done = spawnSync("tar", ["-xf", archive], { cwd: folder, stdio: "inherit" });
	if (done.status !== 0) throw new Error(`Cannot unpack ${archive}.`);
	rmSync(archive);
}

const expand = (from, to) => pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));

/** Chromium aborts without any font, and needs NSS: a bare system gets both from the package. */
function bareSystemEnvironment(folder) {
	const fonts = join(folder, "fonts.conf");
	writeFileSync(
		fonts,
		`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(folder, "fonts")}</dir>` +
			`<cachedir>${join(folder, "font-cache")}</cachedir></fontconfig>`,
	);
	const env = {};
	if (!existsSync("/etc/fonts/fonts.conf")) env.FONTCONFIG_FILE = fonts;
	const nss = ["/usr/lib/x86_64-linux-gnu/libnss3.so", "/usr/lib64/libnss3.so"];
	if (!nss.some((path) => existsSync(path))) {
		env.LD_LIBRARY_PATH = [join(folder, "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
	}
	return env;
}
