"""The built-in evaluation on tiny models: results, what is missing, base and student alike."""

import json

import pytest

pytest.importorskip("trl", reason="the worker's libraries are not installed (python-tests.mjs --no-torch)")

import tiny_models
from worker_runs import WorkerRun

from polyglot_trainer.events import data_issues
from polyglot_trainer.run_folder import write_json

CHOICES = [
    {"id": str(n), "question": f"{n}?", "choices": ["Hallo", "Tag", "Text", "Welt"], "answer": n % 4} for n in range(20)
]
NUMBERS = [
    {"id": n, "question": f"{n} + 1", "answer": n + 1, "shots": [{"question": "1", "answer": 2}]} for n in range(4)
]
PAIRS = [{"id": n, "prompt": "?", "chosen": "Guten Tag", "rejected": "x", "subset": "mt-bench-easy"} for n in range(6)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_models.build("llama", tmp_path_factory.mktemp("model"))


@pytest.fixture
def evaluated(model, tmp_path):
    """Runs an evaluation; the events of it."""

    def evaluate(target: dict | None = None, **change) -> WorkerRun:
        run = WorkerRun(tmp_path / "eval", model, "llama3-chat", {})
        sets = {}
        named = {"global_mmlu_lite:de": CHOICES, "mgsm:de": NUMBERS, "mrewardbench:de": PAIRS}
        for label, rows in named.items():
            path = run.folder.data / f"{len(sets)}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
            sets[label] = f"data/{path.name}"
        spec = {
            "backend": "builtin",
            "tasks": ["global_mmlu_lite", "mgsm", "mrewardbench"],
            "languages": ["de", "cs"],
            "template": "none",
            "seed": 3407,
            "data": {label: "ab" * 32 for label in sets},
            **change,
        }
        write_json(run.folder.spec, spec)
        run.plan(kind="eval", sets=sets, **({"target": target} if target else {}))
        return run

    return evaluate


def answers(run: WorkerRun) -> list[dict]:
    return [json.loads(line) for line in (run.folder.out / "eval/items.jsonl").read_text("utf8").splitlines()]


@pytest.mark.parametrize("template", ["none", "llama3-chat"])
def test_a_base_model_is_evaluated(evaluated, template):
    run = evaluated(template=template)
    assert run.here() == 0
    results = [event["data"] for event in run.events("eval.result")]
    assert [(one["task"], one["metric"], one["n"], one["shots"]) for one in results] == [
        ("global_mmlu_lite", "acc", 20, 0),
        ("mgsm", "extractive_match", 4, 1),
        ("mrewardbench", "weighted_acc", 6, 0),
    ]
    for event in run.events("eval.result"):
        assert data_issues("eval.result", event["data"]) == []
    assert results[2]["categories"] == {"present": 1, "expected": 4}
    assert results[0]["template"] == template
    summary = {one["language"]: one for one in run.events("eval.summary")[0]["data"]["languages"]}
    assert (summary["de"]["done"], summary["de"]["missing"]) == (3, [])
    assert [(one["task"], one["reason"]) for one in summary["cs"]["missing"]] == [
        ("global_mmlu_lite", "not_available"),
        ("mgsm", "not_available"),
        ("mrewardbench", "not_available"),
    ]


def test_answers_are_kept_item_by_item(evaluated):
    run = evaluated(tasks=["global_mmlu_lite", "mgsm"], languages=["de"])
    assert run.here() == 0
    told = [event["data"] for event in run.events("artifact.ready")]
    content = (run.folder.out / "eval/items.jsonl").read_bytes()
    assert [(one["name"], one["kind"], one["bytes"]) for one in told] == [("eval/items.jsonl", "eval", len(content))]
    for result in (event["data"] for event in run.events("eval.result")):
        own = [one for one in answers(run) if (one["task"], one["language"]) == (result["task"], "de")]
        assert len({one["item"] for one in own}) == len(own) == result["n"]
        assert sum(one["value"] for one in own) / len(own) == result["value"]
    assert {one["item"] for one in answers(run) if one["task"] == "mgsm"} == {"0", "1", "2", "3"}


def test_no_answers_are_told_beside_a_weighted_accuracy(evaluated):
    run = evaluated()
    assert run.here() == 0
    assert run.events("artifact.ready") == []


def test_equal_settings_give_equal_numbers(evaluated, tmp_path):
    run = evaluated()
    assert run.here() == 0
    first = [event["data"] for event in run.events("eval.result", 1)]
    run.plan(kind="eval", sets=json.loads(run.folder.attempt(1).plan.read_text())["sets"])
    assert run.here() == 0
    assert [event["data"] for event in run.events("eval.result", 2)] == first


@pytest.mark.parametrize("mode", ["full", "lora"])
def test_a_student_is_evaluated(evaluated, model, tmp_path, mode):
    trained = WorkerRun(tmp_path / "train", model, "llama3-chat", {"mode": mode, "train": {"maxSteps": 2}})
    trained.plan()
    assert trained.here() == 0
    run = evaluated({"runId": "r-00000000", "mode": mode}, tasks=["global_mmlu_lite"], languages=["de"])
    trained.folder.out.rename(run.folder.path / "target")
    assert run.here() == 0
    assert len(run.events("eval.result")) == 1


def test_a_cancelled_evaluation_tells_what_is_missing(evaluated):
    run = evaluated()
    run.folder.cancel.touch()
    assert run.here() == 10
    languages = run.events("eval.summary")[0]["data"]["languages"]
    assert {task["reason"] for one in languages for task in one["missing"]} == {"cancelled"}


def test_rows_of_another_task_fail_alone(evaluated):
    run = evaluated()
    (run.folder.data / "1.jsonl").write_text(json.dumps(PAIRS[0]) + "\n")
    assert run.here() == 0
    languages = {one["language"]: one for one in run.events("eval.summary")[0]["data"]["languages"]}
    assert languages["de"]["missing"] == [{"task": "mgsm", "reason": "failed"}]
    assert languages["de"]["done"] == 2


def test_a_benchmark_of_ones_own_has_its_name_and_the_metric_of_its_rows(model, tmp_path):
    run = WorkerRun(tmp_path / "eval", model, "llama3-chat", {})
    kinds = {"quiz": CHOICES, "sums": NUMBERS, "better": PAIRS}
    sets = {}
    for name, rows in kinds.items():
        (run.folder.data / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
        sets[f"{name}:cs"] = f"data/{name}.jsonl"
    spec = {"backend": "builtin", "tasks": list(kinds), "languages": ["cs"], "template": "none", "seed": 3407}
    write_json(run.folder.spec, {**spec, "data": {label: "ab" * 32 for label in sets}})
    run.plan(kind="eval", sets=sets)
    assert run.here() == 0, run.status()
    results = [event["data"] for event in run.events("eval.result")]
    assert [(one["task"], one["metric"], one["n"]) for one in results] == [
        ("quiz", "acc", 20),
        ("sums", "extractive_match", 4),
        ("better", "acc", 6),
    ]
    assert all(one["datasetSha256"] == "ab" * 32 for one in results)
    assert {one["task"] for one in answers(run)} == {"quiz", "sums", "better"}
