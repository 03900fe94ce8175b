"""Every golden message is read here as it is in TypeScript (test/fixtures/protocol/README.md)."""

import json
from pathlib import Path

import pytest

from polyglot_trainer.errors import TrainerError
from polyglot_trainer.events import event_issues
from polyglot_trainer.limits import Limits
from polyglot_trainer.methods import check_params, read_request
from polyglot_trainer.rows import check_row
from polyglot_trainer.spec import issues_of

FOLDER = Path(__file__).resolve().parents[3] / "test/fixtures/protocol"
SPEC_KINDS = {"trainSpec": "train", "evalSpec": "eval", "measureSpec": "measure"}


def lines(name: str):
    for number, line in enumerate((FOLDER / f"{name}.jsonl").read_text("utf8").splitlines(), 1):
        entry = json.loads(line)
        yield pytest.param(entry, id=f"{name}:{number} {entry['name']}")


def code_of(entry: dict) -> str | None:
    """What the message is refused with, or None."""
    kind, message = entry["kind"], entry["message"]
    if kind in ("text", "request"):
        try:
            request = read_request(message if kind == "text" else json.dumps(message), Limits())
            check_params(request.method, request.params)
        except TrainerError as error:
            return error.code
    elif kind in SPEC_KINDS:
        return "invalid_spec" if issues_of(SPEC_KINDS[kind], message) else None
    elif kind.startswith("row:"):
        complaint = check_row(kind.removeprefix("row:"), message.encode("utf8", "surrogatepass"), 1024**2)
        return complaint and complaint.code
    elif kind == "event":
        return "invalid_event" if event_issues(message) else None
    return None


@pytest.mark.parametrize("name", ["valid-requests", "valid-specs", "valid-rows", "valid-events"])
def test_valid_messages_are_taken(name):
    for entry in (param.values[0] for param in lines(name)):
        assert code_of(entry) is None, entry["name"]


@pytest.mark.parametrize(
    "entry", [*lines("invalid-requests"), *lines("invalid-specs"), *lines("invalid-rows"), *lines("invalid-events")]
)
def test_an_invalid_message_is_refused_with_its_code(entry):
    assert code_of(entry) == entry["code"]


@pytest.mark.parametrize("entry", list(lines("invalid-specs")))
def test_an_issue_of_a_spec_names_its_place(entry):
    issues = issues_of(SPEC_KINDS[entry["kind"]], entry["message"])
    assert entry["param"] in [issue.param for issue in issues]
