// Stands in for the editor's native logger, which would need a compiler: appends lines to the log file.
const fs = require("node:fs");
const path = require("node:path");

const names = ["trace", "debug", "info", "warning", "error", "critical"];
let defaultLevel = 2;

class Logger {
	constructor(_kind, _name, file) {
		this.file = file;
		this.level = defaultLevel;
		this.isRaw = false;
	}
	getLevel() {
		return this.level;
	}
	setLevel(level) {
		this.level = level;
	}
	setPattern() {
		this.isRaw = false;
	}
	clearFormatters() {
		this.isRaw = true;
	}
	flush() {}
	drop() {
		this.file = undefined;
	}
	write(level, message) {
		if (this.file === undefined || level < this.level) return;
		const line = this.isRaw ? message : `${new Date().toISOString()} [${names[level]}] ${message}\n`;
		try {
			fs.appendFileSync(this.file, line);
		} catch {
			// A full disk must not take the editor down with its log.
		}
	}
}

["trace", "debug", "info", "warn", "error", "critical"].forEach((method, level) => {
	Logger.prototype[method] = function (message) {
		this.write(level, message);
	};
});

async function openLogger(kind, name, file) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	return new Logger(kind, name, file);
}

module.exports = {
	version: 11100,
	Logger,
	setLevel(level) {
		defaultLevel = level;
	},
	setFlushOn() {},
	createRotatingLogger: (name, file) => openLogger("rotating", name, file),
	createAsyncRotatingLogger: (name, file) => openLogger("rotating-async", name, file),
};
