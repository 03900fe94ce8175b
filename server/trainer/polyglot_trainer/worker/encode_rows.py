"""Turns rows into token ids and labels, counts everything, and refuses what would train nothing (trainer.md §6)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from polyglot_trainer.rows import turns_of
from polyglot_trainer.worker.chat_template import ChatTemplate, render
from polyglot_trainer.worker.failures import Failure

IGNORED = -100
_SAMPLE_TOKENS = 2000


@dataclass
class Encoded:
    """Rows ready to train on; lists of equal length."""

    input_ids: list[list[int]] = field(default_factory=list)
    labels: list[list[int]] = field(default_factory=list)
    rows: int = 0
    too_long: int = 0
    untrained: int = 0
    truncated: int = 0
    # Before the length policy.
    longest: int = 0
    sample_line: int = 0

    @property
    def tokens(self) -> int:
        return sum(map(len, self.input_ids))

    @property
    def train_tokens(self) -> int:
        return sum(map(trained_tokens, self.labels))

    def counts(self) -> dict:
        return {
            "rows": self.rows,
            "used": len(self.input_ids),
            "dropped": {"tooLong": self.too_long, "noTrainedTokens": self.untrained},
            "truncated": self.truncated,
            "tokens": self.tokens,
            "trainTokens": self.train_tokens,
            "longestTokens": self.longest,
        }


def trained_tokens(labels: list[int]) -> int:
    """The first token is never predicted, so its label trains nothing."""
    return sum(1 for label in labels[1:] if label != IGNORED)


def encode_file(path: Path, spec: dict, template: ChatTemplate, tokenizer) -> Encoded:
    with open(path, encoding="utf8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    return encode_rows(rows, spec, template, tokenizer)


def encode_rows(rows: Iterable[dict], spec: dict, template: ChatTemplate, tokenizer) -> Encoded:
    """Raises Failure `bad_dataset` or `bad_template`."""
    encoded = Encoded()
    data = spec["data"]
    for line, row in enumerate(rows, 1):
        encoded.rows = line
        ids, labels = encode_turns(turns_of(row), template, tokenizer, data["lossOn"])
        encoded.longest = max(encoded.longest, len(ids))
        if trained_tokens(labels) == 0:
            _refuse_untrained(line, turns_of(row), template, tokenizer)
        if len(ids) > data["maxLength"]:
            if data["overflow"] == "error":
                message = f"Line {line} has {len(ids)} tokens, maxLength is {data['maxLength']}."
                raise Failure("bad_dataset", message, "/data/maxLength")
            if data["overflow"] == "drop":
                encoded.too_long += 1
                continue
            encoded.truncated += 1
            ids, labels = ids[: data["maxLength"]], labels[: data["maxLength"]]
            if trained_tokens(labels) == 0:
                encoded.untrained += 1
                continue
        encoded.sample_line = encoded.sample_line or line
        encoded.input_ids.append(ids)
        encoded.labels.append(labels)
    if not encoded.input_ids:
        raise Failure("bad_dataset", "No row is left to train on after the length policy.", "/data")
    # The loader can give no longer row than this: nothing else cuts or lengthens them.
    assert max(map(len, encoded.input_ids)) <= data["maxLength"]
    return encoded


def encode_turns(turns: list[dict], template: ChatTemplate, tokenizer, loss_on: str) -> tuple[list[int], list[int]]:
    text, spans = render(template, tokenizer, turns)
    output = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids = output["input_ids"]
    if loss_on == "all":
        return ids, list(ids)
    labels, place = [], 0
    for id, (start, end) in zip(ids, output["offset_mapping"], strict=True):
        while place < len(spans) and spans[place][1] <= start:
            place += 1
        is_trained = place < len(spans) and end > spans[place][0] and start < spans[place][1]
        labels.append(id if is_trained else IGNORED)
    return ids, labels


def _refuse_untrained(line: int, turns: list[dict], template: ChatTemplate, tokenizer) -> None:
    _, spans = render(template, tokenizer, turns)
    if not spans:
        message = f"The template marks nothing of line {line} as the assistant's."
        raise Failure("bad_template", message, "/template")
    raise Failure("bad_dataset", f"Line {line} has no token to train on.", "/data/sha256")


def segments_of(ids: list[int], labels: list[int], tokenizer) -> list[dict]:
    """One row decoded, cut where training begins or ends."""
    segments: list[dict] = []
    begin = 0
    ids, labels = ids[:_SAMPLE_TOKENS], labels[:_SAMPLE_TOKENS]
    for at in range(1, len(ids) + 1):
        if at == len(ids) or (labels[at] == IGNORED) != (labels[begin] == IGNORED):
            text = tokenizer.decode(ids[begin:at], skip_special_tokens=False)
            segments.append({"text": text, "trained": labels[begin] != IGNORED})
            begin = at
    return segments


def run_data(encoded: Encoded, spec: dict, template: ChatTemplate, tokenizer) -> dict:
    """The event `run.data`."""
    data = spec["data"]
    segments = segments_of(encoded.input_ids[0], encoded.labels[0], tokenizer)
    return {
        **encoded.counts(),
        "maxLength": data["maxLength"],
        "lossOn": data["lossOn"],
        "template": template.name,
        "packing": data["packing"],
        "sample": {"line": encoded.sample_line, "segments": segments},
    }
