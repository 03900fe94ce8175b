"""Answers item by item: what they are called, what is left out, and the file as the protocol tells of it."""

import hashlib
import json

from polyglot_trainer.events import data_issues
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.worker.item_answers import ItemAnswers, credits_of

DATASET = "ab" * 32


def outcomes(*ids) -> list[tuple[dict, bool]]:
    return [({"id": id}, at % 2 == 0) for at, id in enumerate(ids)]


def lines(folder: RunFolder) -> list[dict]:
    return [json.loads(line) for line in (folder.out / "eval/items.jsonl").read_text("utf8").splitlines()]


def test_items_are_called_by_their_own_ids():
    assert credits_of(outcomes("a", 7, "c"), DATASET) == {"a": 1, "7": 0, "c": 1}


def test_ids_told_twice_or_missing_give_way_to_places_in_the_dataset():
    by_place = {"abababababababab:0": 1, "abababababababab:1": 0}
    assert credits_of(outcomes("1", 1), DATASET) == by_place
    assert credits_of(outcomes("1", None), DATASET) == by_place
    assert credits_of(outcomes("1", 1), "cd" * 32).keys().isdisjoint(by_place)


def test_the_file_is_an_artifact_of_the_protocol(tmp_path):
    folder, answers = RunFolder(tmp_path), ItemAnswers()
    answers.add("quiz", "cs", {"a": 1, "\ud800": 0})
    answers.add("sums", "cs", {"a": 0})
    artifact = answers.write(folder)
    content = (folder.out / "eval/items.jsonl").read_bytes()
    assert data_issues("artifact.ready", artifact) == []
    assert (artifact["name"], artifact["kind"], artifact["bytes"]) == ("eval/items.jsonl", "eval", len(content))
    assert artifact["sha256"] == hashlib.sha256(content).hexdigest()
    assert lines(folder) == [
        {"task": "quiz", "language": "cs", "item": "a", "value": 1},
        {"task": "quiz", "language": "cs", "item": "\ud800", "value": 0},
        {"task": "sums", "language": "cs", "item": "a", "value": 0},
    ]


def test_a_language_with_unknown_answers_is_left_out(tmp_path):
    folder, answers = RunFolder(tmp_path), ItemAnswers()
    answers.add("quiz", "de", {"a": 1})
    answers.add("mrewardbench", "de", None)
    assert answers.write(folder) is None
    assert not (folder.out / "eval").exists()
    answers.add("quiz", "cs", {"a": 1})
    assert answers.write(folder) is not None
    assert {row["language"] for row in lines(folder)} == {"cs"}
