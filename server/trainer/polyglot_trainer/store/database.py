"""Opens the database of the service. It must lie on a local disk: WAL needs shared memory on one host."""

import contextlib
import os
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE runs (
	number INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, grp TEXT, title TEXT NOT NULL,
	state TEXT NOT NULL, reason TEXT, fault TEXT, attempt INTEGER NOT NULL, last_seq INTEGER NOT NULL,
	step INTEGER NOT NULL, total_steps INTEGER, created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT,
	engine TEXT NOT NULL, handle TEXT, parent TEXT, spec TEXT NOT NULL, spec_sha256 TEXT NOT NULL, error TEXT,
	submitted INTEGER NOT NULL DEFAULT 0, cancel_at REAL, grace_s REAL, forced INTEGER NOT NULL DEFAULT 0,
	from_step INTEGER NOT NULL DEFAULT 0, checkpoint TEXT, eligible_at REAL, last_event_at REAL
);
CREATE INDEX runs_by_state ON runs (state);
CREATE INDEX runs_by_group ON runs (grp) WHERE grp IS NOT NULL;
CREATE TABLE events (
	run_id TEXT NOT NULL, seq INTEGER NOT NULL, ts TEXT NOT NULL, attempt INTEGER NOT NULL, type TEXT NOT NULL,
	body TEXT NOT NULL, PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE TABLE tails (run_id TEXT, attempt INTEGER, stream TEXT, offset INTEGER NOT NULL,
	PRIMARY KEY (run_id, attempt, stream)) WITHOUT ROWID;
CREATE TABLE launches (key TEXT PRIMARY KEY, method TEXT NOT NULL, hash TEXT NOT NULL, run_id TEXT,
	created_at REAL NOT NULL);
CREATE TABLE tombstones (key TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE datasets (sha256 TEXT, kind TEXT, bytes INTEGER NOT NULL, rows INTEGER NOT NULL, name TEXT NOT NULL,
	created_at TEXT NOT NULL, PRIMARY KEY (sha256, kind)) WITHOUT ROWID;
CREATE TABLE uploads (upload_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, kind TEXT NOT NULL, bytes INTEGER NOT NULL,
	name TEXT NOT NULL, touched_at REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE uses (run_id TEXT, sha256 TEXT, PRIMARY KEY (run_id, sha256)) WITHOUT ROWID;
CREATE TABLE artifacts (run_id TEXT, name TEXT, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, kind TEXT NOT NULL,
	step INTEGER, PRIMARY KEY (run_id, name)) WITHOUT ROWID;
CREATE INDEX artifacts_by_hash ON artifacts (sha256);
CREATE TABLE checkpoints (run_id TEXT, step INTEGER, name TEXT NOT NULL, manifest_sha256 TEXT NOT NULL,
	removed INTEGER NOT NULL, PRIMARY KEY (run_id, step)) WITHOUT ROWID;
CREATE TABLE leases (device TEXT PRIMARY KEY, run_id TEXT NOT NULL);
CREATE TABLE tokens (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL);
"""


class Database:
    """One connection of one process. Transactions are short: the event loop waits for them."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.is_new = not path.exists()
        if self.is_new:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        # FULL: what a client was told must survive the power going out.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "wal_autocheckpoint=1000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._depth = 0
        self._create()

    def _create(self) -> None:
        with self.transaction():
            tables = self.all("SELECT name FROM sqlite_master WHERE name = 'meta'")
            if tables:
                return
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    self._connection.execute(statement)
            for name in ("server_id", "log_epoch"):
                self.run("INSERT INTO meta VALUES (?, ?)", name, str(uuid.uuid4()))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on disk when it is left. May be nested: the outermost one counts."""
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("COMMIT")

    def run(self, sql: str, *values) -> int:
        """Executes one statement; the number of rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def all(self, sql: str, *values) -> list[sqlite3.Row]:
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values) -> sqlite3.Row | None:
        return self._connection.execute(sql, values).fetchone()

    def meta(self, name: str) -> str:
        return self.one("SELECT value FROM meta WHERE name = ?", name)["value"]

    def set_meta(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value)

    def version(self) -> int:
        """Changes when another process wrote."""
        return self.one("PRAGMA data_version")[0]

    def close(self) -> None:
        self._connection.close()
