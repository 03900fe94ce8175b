"""The rows a trainer accepts, checked one line at a time before a dataset is taken in (trainer.md §5, §10)."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from polyglot_trainer.strict_json import is_well_formed


class RowComplaint(NamedTuple):
    code: str
    message: str


def check_row(kind: str, line: bytes, row_bytes: int) -> RowComplaint | None:
    """What is wrong with one line (without its newline), or None."""
    if len(line) > row_bytes:
        return RowComplaint("row_too_long", f"{len(line)} bytes, {row_bytes} are allowed.")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return RowComplaint("bad_unicode", "Bytes that are not UTF-8.")
    if "\ufffd" in text:
        return RowComplaint("bad_unicode", "U+FFFD, the mark of bytes that were not UTF-8.")
    try:
        row = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return RowComplaint("not_json", "A blank line." if not text else "Not JSON.")
    if not isinstance(row, dict):
        return RowComplaint("not_object", "Not an object.")
    return next(_training(row) if kind == "sft-jsonl" else _evaluation(row), None)


def turns_of(row: dict) -> list[dict[str, str]]:
    """The messages of a checked `sft-jsonl` row."""
    if "messages" in row:
        return [{"role": turn["role"], "content": turn["content"]} for turn in row["messages"]]
    return [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["response"]}]


def _refuse(name: str):
    raise ValueError(name)


def _training(row: dict) -> Iterator[RowComplaint]:
    if "messages" in row:
        yield from _messages(row["messages"])
    else:
        yield from _texts(row, ("prompt", "response"))


def _messages(turns) -> Iterator[RowComplaint]:
    if not isinstance(turns, list):
        yield RowComplaint("missing_field", "messages is not an array.")
        return
    for turn in turns:
        if not isinstance(turn, dict) or not all(isinstance(turn.get(part), str) for part in ("role", "content")):
            yield RowComplaint("missing_field", "A message without role or content.")
    roles = [turn["role"] for turn in turns if isinstance(turn, dict) and isinstance(turn.get("role"), str)]
    if not _in_turn(roles):
        yield RowComplaint("bad_role_order", f"Roles {', '.join(roles[:8])[:200]} are out of turn.")
    for turn in turns:
        yield from _texts(turn, ("content",))


def _in_turn(roles: list[str]) -> bool:
    """Optional system first, then user and assistant in turn, assistant last."""
    turns = roles[1:] if roles[:1] == ["system"] else roles
    wanted = ["user", "assistant"] * (len(turns) // 2)
    return len(turns) >= 2 and turns == wanted


def _evaluation(row: dict) -> Iterator[RowComplaint]:
    if not isinstance(row.get("id"), str) and not _is_whole(row.get("id")):
        yield RowComplaint("missing_field", "id is missing.")
    if "choices" in row:
        yield from _texts(row, ("question",))
        yield from _choices(row["choices"], row.get("answer"))
    elif "chosen" in row:
        yield from _texts(row, ("prompt", "chosen", "rejected", "subset"))
    else:
        yield from _number(row)


def _choices(choices, answer) -> Iterator[RowComplaint]:
    if not isinstance(choices, list) or len(choices) < 2 or not all(isinstance(choice, str) for choice in choices):
        yield RowComplaint("missing_field", "choices are not two or more texts.")
    elif not _is_whole(answer) or not 0 <= answer < len(choices):
        yield RowComplaint("missing_field", "answer is not an index into choices.")


def _number(row: dict) -> Iterator[RowComplaint]:
    answer = row.get("answer")
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        yield RowComplaint("missing_field", "answer is not a number.")
    yield from _texts(row, ("question",))
    shots = row.get("shots", [])
    if not isinstance(shots, list) or not all(map(_is_shot, shots)):
        yield RowComplaint("missing_field", "shots are not questions with answers.")


def _is_shot(shot) -> bool:
    answer = shot.get("answer") if isinstance(shot, dict) else None
    is_answer = isinstance(answer, int | float | str) and not isinstance(answer, bool)
    return is_answer and isinstance(shot.get("question"), str)


def _is_whole(value) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def _texts(row: dict, names: Iterable[str]) -> Iterator[RowComplaint]:
    for name in names:
        value = row.get(name)
        if not isinstance(value, str):
            yield RowComplaint("missing_field", f"{name} is not a text.")
        elif not is_well_formed(value):
            yield RowComplaint("bad_unicode", f"{name} holds a lone surrogate.")
        elif not value.strip():
            yield RowComplaint("empty_content", f"{name} is empty.")
