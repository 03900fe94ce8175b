"""Keeps what a model answered item by item, so that students can be compared in pairs (protocol §13)."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from polyglot_trainer.run_folder import RunFolder, write_text
from polyglot_trainer.worker.manifest import file_sha256

ARTIFACT = "eval/items.jsonl"


class Judged(NamedTuple):
    """What a backend found out about one task in one language."""

    # The data of `eval.result` but for task and language.
    result: dict
    # Credit by item, 0 to 1; None where the backend keeps none, or where the result is not their mean.
    credits: dict[str, int] | None


def credits_of(outcomes: Sequence[tuple[dict, bool]], dataset: str) -> dict[str, int]:
    """By the row's own id; where ids are missing or told twice, by the dataset's hash and the row's place in it."""
    ids = [str(row["id"]) for row, _ in outcomes if row.get("id") is not None]
    if len(set(ids)) < len(outcomes):
        ids = [f"{dataset[:16]}:{at}" for at in range(len(outcomes))]
    return {id: int(right) for id, (_, right) in zip(ids, outcomes, strict=True)}


class ItemAnswers:
    """A language with a result of unknown answers is left out: the other tasks alone would be another benchmark."""

    def __init__(self):
        self._lines: dict[str, list[str]] = {}
        self._unknown: set[str] = set()

    def add(self, task: str, language: str, credits: dict[str, int] | None) -> None:
        if credits is None:
            self._unknown.add(language)
            return
        about = {"task": task, "language": language}
        # In ASCII: an id may hold a lone surrogate, which UTF-8 cannot.
        lines = [json.dumps({**about, "item": item, "value": value}) + "\n" for item, value in credits.items()]
        self._lines.setdefault(language, []).extend(lines)

    def write(self, folder: RunFolder) -> dict | None:
        """The artifact's description; None where there is nothing to tell."""
        lines = [line for language, own in self._lines.items() if language not in self._unknown for line in own]
        if not lines:
            return None
        path = folder.out / ARTIFACT
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, "".join(lines))
        size = path.stat().st_size
        return {"name": ARTIFACT, "sha256": file_sha256(path), "bytes": size, "kind": "eval", "step": None}
