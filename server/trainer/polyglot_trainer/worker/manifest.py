"""A checkpoint exists for anyone only with its manifest: name, bytes and SHA-256 of every file (trainer.md §7)."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from polyglot_trainer.run_folder import read_json, write_text

MANIFEST = "manifest.json"


class Manifest(NamedTuple):
    sha256: str
    bytes: int


def write_manifest(folder: Path) -> Manifest:
    """Written last, after all files of the folder; its own hash is what the service records."""
    entries = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            size, digest = path.stat().st_size, file_sha256(path)
            entries.append({"name": path.relative_to(folder).as_posix(), "bytes": size, "sha256": digest})
    text = json.dumps({"files": entries})
    write_text(folder / MANIFEST, text)
    return Manifest(hashlib.sha256(text.encode()).hexdigest(), sum(entry["bytes"] for entry in entries))


def manifest_complaint(folder: Path, recorded_sha256: str) -> str | None:
    """Why the folder is not the checkpoint that was recorded; None if every byte is."""
    path = folder / MANIFEST
    if not path.is_file() or file_sha256(path) != recorded_sha256:
        return f"{folder.name}: its manifest is missing or is not the recorded one."
    for entry in (read_json(path) or {}).get("files", []):
        file = folder / entry["name"]
        if not file.is_file() or file.stat().st_size != entry["bytes"] or file_sha256(file) != entry["sha256"]:
            return f"{folder.name}: {entry['name']} was changed."
    return None


def file_sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
