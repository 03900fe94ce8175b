"""A real lighteval evaluates a tiny model on local rows; without lighteval the adapter's own parts are tested."""

import json
import os
from pathlib import Path

import pytest

from polyglot_trainer.worker.failures import Failure
from polyglot_trainer.worker.lighteval_backend import lighteval_command, read_score

PYTHON = os.environ.get("POLYGLOT_LIGHTEVAL_PYTHON")


def test_the_command_never_takes_a_template_from_the_tokenizer(tmp_path):
    command = lighteval_command("py", "/m", "polyglot_mgsm_de|0", tmp_path)
    assert command[:4] == ["py", "-m", "polyglot_trainer.run_lighteval", "accelerate"]
    assert "override_chat_template=false" in command[4]
    assert Path(command[command.index("--custom-tasks") + 1]).is_file()


def test_a_score_is_read_by_its_label(tmp_path):
    path = tmp_path / "scores.jsonl"
    line = {"label": "mgsm:de", "value": 0.5, "stderr": 0.1, "n": 4, "present": None, "expected": None}
    path.write_text(json.dumps(line) + "\n")
    assert read_score(path, "mgsm:de").value == 0.5
    with pytest.raises(Failure):
        read_score(path, "mgsm:es")
    with pytest.raises(Failure):
        read_score(tmp_path / "none", "mgsm:de")


@pytest.mark.skipif(PYTHON is None, reason="POLYGLOT_LIGHTEVAL_PYTHON names no interpreter with lighteval")
def test_lighteval_and_our_backend_agree_on_likelihoods(tmp_path):
    pytest.importorskip("trl")
    import tiny_models
    from test_evaluate import CHOICES, NUMBERS, PAIRS
    from worker_runs import WorkerRun

    from polyglot_trainer.run_folder import write_json

    model = tiny_models.build("qwen3", tmp_path / "model")
    sets = {"global_mmlu_lite:de": CHOICES, "mgsm:de": NUMBERS, "mrewardbench:de": PAIRS}
    results = {}
    for backend in ("builtin", "lighteval"):
        run = WorkerRun(tmp_path / backend, model, "qwen3-chat", {})
        named = {}
        for label, rows in sets.items():
            path = run.folder.data / f"{len(named)}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
            named[label] = f"data/{path.name}"
        spec = {"backend": backend, "tasks": list(label.split(":")[0] for label in sets), "languages": ["de"]}
        data = {label: "ab" * 32 for label in sets}
        write_json(run.folder.spec, {**spec, "template": "none", "seed": 3407, "data": data})
        run.plan(kind="eval", sets=named, lighteval=PYTHON)
        assert run.here() == 0, run.status()
        results[backend] = {one["data"]["task"]: one["data"] for one in run.events("eval.result")}
        assert run.events("eval.summary")[0]["data"]["languages"][0]["missing"] == []
    for task in ("global_mmlu_lite", "mrewardbench"):
        ours, theirs = results["builtin"][task], results["lighteval"][task]
        assert (ours["metric"], ours["n"]) == (theirs["metric"], theirs["n"])
        assert (theirs["value"], theirs["stderr"]) == pytest.approx((ours["value"], ours["stderr"]))
    assert results["lighteval"]["mgsm"]["n"] == 4
