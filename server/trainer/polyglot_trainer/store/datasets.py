"""Datasets by content and their uploads: bytes on disk, the rest in the database (§6)."""

import contextlib
import hashlib
import os
import secrets
import shutil
import sqlite3
import time
from pathlib import Path

from polyglot_trainer.clock import timestamp
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.limits import UPLOAD_KEPT_S, Limits
from polyglot_trainer.rows import check_row
from polyglot_trainer.store.database import Database

# Left free on the disk whatever is uploaded.
_SPARE_BYTES = 256 * 1024**2
_SHOWN_ROWS = 20


class Datasets:
    def __init__(self, db: Database, folder: Path, limits: Limits):
        self._db = db
        self._store = folder / "cas"
        self._partial = folder / "partial"
        self._limits = limits
        for path in (self._store, self._partial):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, sha256: str) -> Path:
        return self._store / sha256[:2] / sha256

    def find(self, sha256: str, kind: str) -> dict | None:
        row = self._db.one("SELECT * FROM datasets WHERE sha256 = ? AND kind = ?", sha256, kind)
        return None if row is None else _encode(row)

    def begin(self, sha256: str, size: int, kind: str, name: str) -> dict:
        """Opens or reopens the one upload of this content. Raises `quota_exceeded`, `disk_full`, `length_mismatch`."""
        known = self.find(sha256, kind)
        if known:
            if known["bytes"] != size:
                raise TrainerError(
                    "length_mismatch", "This content has another length.", have=known["bytes"], want=size
                )
            return {"exists": True, "dataset": known}
        row = self._db.one("SELECT * FROM uploads WHERE sha256 = ? AND kind = ? AND done = 0", sha256, kind)
        if row and row["bytes"] != size:
            message = "An upload of this content was begun with another length."
            raise TrainerError("length_mismatch", message, have=row["bytes"], want=size)
        upload_id = row["upload_id"] if row else self._open(sha256, size, kind, name)
        return {
            "exists": False,
            "uploadId": upload_id,
            "offset": self.stored(upload_id),
            "expiresAt": timestamp((row["touched_at"] if row else time.time()) + UPLOAD_KEPT_S),
        }

    def _open(self, sha256: str, size: int, kind: str, name: str) -> str:
        if size > self._limits.datasetBytes:
            limit = self._limits.datasetBytes
            raise TrainerError("quota_exceeded", f"{size} bytes; one dataset may have {limit}.")
        if self.used_bytes() + size > self._limits.storeBytes:
            raise TrainerError("quota_exceeded", f"All datasets together may have {self._limits.storeBytes} bytes.")
        if shutil.disk_usage(self._partial).free < size + _SPARE_BYTES:
            raise TrainerError("disk_full", "The trainer's disk has no room for this dataset.")
        upload_id = secrets.token_hex(16)
        self._db.run(
            "INSERT INTO uploads (upload_id, sha256, kind, bytes, name, touched_at) VALUES (?,?,?,?,?,?)",
            *(upload_id, sha256, kind, size, name, time.time()),
        )
        return upload_id

    def used_bytes(self) -> int:
        """Bytes of all datasets, and of uploads as far as they were promised."""
        stored = self._db.one("SELECT COALESCE(SUM(bytes), 0) AS n FROM datasets")["n"]
        return stored + self._db.one("SELECT COALESCE(SUM(bytes), 0) AS n FROM uploads WHERE done = 0")["n"]

    def upload(self, upload_id: str) -> sqlite3.Row | None:
        return self._db.one("SELECT * FROM uploads WHERE upload_id = ?", upload_id)

    def stored(self, upload_id: str) -> int:
        try:
            return self._part(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def store(self, upload_id: str, offset: int, payload: bytes) -> None:
        """Appends a frame whose offset was compared with `stored`. Raises OSError when the disk is full."""
        with open(self._part(upload_id), "ab") as file:
            try:
                file.write(payload)
                file.flush()
            except OSError:
                file.truncate(offset)
                raise

    def touch(self, upload_id: str) -> None:
        self._db.run("UPDATE uploads SET touched_at = ? WHERE upload_id = ?", time.time(), upload_id)

    def check(self, upload: sqlite3.Row) -> int:
        """Hash and rows of a complete upload; the number of rows. For a thread: it touches files only.

        Raises `hash_mismatch` or `bad_rows`.
        """
        digest, rows, bad, total = hashlib.sha256(), 0, [], 0
        with open(self._part(upload["upload_id"]), "rb") as file:
            for piece, begins in _pieces(file, self._limits.rowBytes):
                digest.update(piece)
                rows += begins
                line = piece.removesuffix(b"\n")
                complaint = check_row(upload["kind"], line, self._limits.rowBytes) if begins else None
                total += complaint is not None
                if complaint and len(bad) < _SHOWN_ROWS:
                    bad.append({"line": rows, "code": complaint.code, "message": complaint.message})
        if digest.hexdigest() != upload["sha256"]:
            raise TrainerError("hash_mismatch", "The bytes that arrived have another SHA-256. Send them again.")
        if total:
            message = f"{total} of {rows} rows cannot be used, the first is line {bad[0]['line']}: {bad[0]['message']}"
            raise TrainerError("bad_rows", message, total=total, rows=bad)
        return rows

    def keep(self, upload: sqlite3.Row, rows: int) -> dict:
        """Moves a checked upload to its place: fsync, rename, then the database."""
        part, place = self._part(upload["upload_id"]), self.path(upload["sha256"])
        place.parent.mkdir(exist_ok=True, mode=0o700)
        if part.exists():
            with open(part, "rb") as file:
                os.fsync(file.fileno())
            part.replace(place)
            _sync_folder(place.parent)
        with self._db.transaction():
            self._db.run(
                "INSERT OR IGNORE INTO datasets VALUES (?,?,?,?,?,?)",
                *(upload["sha256"], upload["kind"], upload["bytes"], rows, upload["name"], timestamp()),
            )
            self._db.run(
                "UPDATE uploads SET done = 1, touched_at = ? WHERE upload_id = ?", time.time(), upload["upload_id"]
            )
        return self.find(upload["sha256"], upload["kind"])

    def erase_upload(self, upload_id: str) -> None:
        self._part(upload_id).unlink(missing_ok=True)
        self._db.run("DELETE FROM uploads WHERE upload_id = ?", upload_id)

    def sweep(self) -> None:
        """Removes uploads whose last frame is a day old, and files no upload knows."""
        for row in self._db.all("SELECT upload_id FROM uploads WHERE touched_at < ?", time.time() - UPLOAD_KEPT_S):
            self.erase_upload(row["upload_id"])
        known = {row["upload_id"] for row in self._db.all("SELECT upload_id FROM uploads")}
        for path in self._partial.iterdir():
            if path.name not in known:
                path.unlink(missing_ok=True)

    def collect(self, older_than_s: float) -> list[str]:
        """Removes datasets that no run refers to and that are old enough; their hashes."""
        rows = self._db.all("SELECT * FROM datasets WHERE sha256 NOT IN (SELECT sha256 FROM uses)")
        gone = [row for row in rows if row["created_at"] < timestamp(time.time() - older_than_s)]
        for row in gone:
            self._db.run("DELETE FROM datasets WHERE sha256 = ? AND kind = ?", row["sha256"], row["kind"])
            if not self._db.one("SELECT 1 FROM datasets WHERE sha256 = ?", row["sha256"]):
                with contextlib.suppress(FileNotFoundError):
                    self.path(row["sha256"]).unlink()
        return [row["sha256"] for row in gone]

    def _part(self, upload_id: str) -> Path:
        return self._partial / upload_id


def _pieces(file, row_bytes: int):
    """Lines with their newline, and whether each begins one: a line far too long comes in pieces."""
    begins = True
    while piece := file.readline(row_bytes + 2):
        yield piece, begins
        begins = piece.endswith(b"\n")


def _encode(row: sqlite3.Row) -> dict:
    return {
        "sha256": row["sha256"],
        "bytes": row["bytes"],
        "rows": row["rows"],
        "kind": row["kind"],
        "name": row["name"],
        "createdAt": row["created_at"],
    }


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
