"""The real worker on tiny random models: training, checkpoints, resume with equal losses, failures by name."""

import json
import os
import resource
import signal
import time
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="the worker's libraries are not installed (python-tests.mjs --no-torch)")

import tiny_models
import torch
from safetensors import safe_open
from worker_runs import WorkerRun

from polyglot_trainer.events import data_issues
from polyglot_trainer.run_folder import read_json
from polyglot_trainer.worker.check import look
from polyglot_trainer.worker.manifest import file_sha256

FAMILIES = list(tiny_models.TEMPLATES)


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {family: tiny_models.build(family, root / family) for family in FAMILIES}


@pytest.fixture
def make_run(models, tmp_path):
    def make(family: str = "llama", spec: dict | None = None, **more) -> WorkerRun:
        count = len(list(tmp_path.iterdir()))
        made = WorkerRun(tmp_path / f"run-{count}", models[family], tiny_models.TEMPLATES[family], spec or {}, **more)
        return made

    return make


@pytest.mark.parametrize("mode", ["full", "lora"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_trains(make_run, family, mode):
    run = make_run(family, {"mode": mode, "train": {"learningRate": 5e-3}})
    run.plan()
    assert run.here() == 0
    events = [json.loads(line) for line in run.folder.attempt(1).events.read_text("utf8").splitlines()]
    assert [event["n"] for event in events] == list(range(1, len(events) + 1))
    for event in events:
        assert event["type"] == "run.state" or data_issues(event["type"], event["data"]) == [], event
    assert [one["data"]["state"] for one in events if one["type"] == "run.state"] == [
        "preparing",
        "running",
        "finalizing",
    ]
    losses = run.losses()
    assert list(losses) == list(range(1, 9))
    assert losses[8] < losses[1]
    artifacts = {one["data"]["name"]: one["data"] for one in run.events("artifact.ready")}
    weights = "model/model.safetensors" if mode == "full" else "adapter/adapter_model.safetensors"
    assert artifacts[weights]["sha256"] == file_sha256(run.folder.out / weights)
    with safe_open(run.folder.out / weights, "pt") as file:
        assert len(list(file.keys())) > 0
    assert not list(run.folder.out.rglob("*.bin"))
    assert run.status()["outcome"] == "succeeded"
    assert [one["data"]["step"] for one in run.events("run.checkpoint") if not one["data"]["removed"]] == [3, 6, 8]


def test_the_saved_student_speaks_and_stops(make_run, models):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run = make_run("llama", {"mode": "full"})
    run.plan()
    assert run.here() == 0
    folder = run.folder.out / "model"
    generation = read_json(folder / "generation_config.json")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert generation["eos_token_id"][0] == tokenizer.convert_tokens_to_ids("<|eot_id|>")
    assert generation["pad_token_id"] == tokenizer.convert_tokens_to_ids("<|reserved_special_token_0|>")
    assert tokenizer.pad_token == "<|reserved_special_token_0|>"
    trained, base = (AutoModelForCausalLM.from_pretrained(path).state_dict() for path in (folder, models["llama"]))
    assert any(not torch.equal(trained[name], base[name]) for name in base)


@pytest.mark.parametrize("mode", ["full", "lora"])
def test_a_resumed_run_has_the_losses_of_one_that_never_stopped(make_run, tmp_path, mode):
    whole = make_run(spec={"mode": mode, "train": {"keepCheckpoints": 10}})
    whole.plan()
    assert whole.here() == 0
    stopped = whole.copy(tmp_path / "stopped")
    stopped.plan(step=3)
    assert stopped.here() == 0
    expected, got = whole.losses(), stopped.losses(2)
    assert list(got) == [4, 5, 6, 7, 8]
    assert max(abs(got[step] - expected[step]) for step in got) == 0.0
    tokens = {one["data"]["step"]: one["data"]["trainTokens"] for one in whole.events("run.metric")}
    again = {one["data"]["step"]: one["data"]["trainTokens"] for one in stopped.events("run.metric", 2)}
    assert again == {step: tokens[step] for step in again}
    running = [one["data"] for one in stopped.events("run.state", 2) if one["data"]["state"] == "running"]
    assert running[0]["fromStep"] == 3


def test_a_cancelled_worker_saves_and_can_go_on(make_run):
    run = make_run()
    run.plan()
    run.folder.cancel.touch()
    assert run.here() == 10
    assert run.status()["outcome"] == "stopped"
    assert [one["data"]["step"] for one in run.events("run.checkpoint")] == [1]
    run.plan(step=1)
    assert run.here() == 0
    assert list(run.losses(2)) == [2, 3, 4, 5, 6, 7, 8]


def test_sigterm_is_a_cancel(make_run):
    run = make_run(spec={"train": {"maxSteps": 100_000, "saveEvery": 50_000}})
    run.plan()
    process = run.command()
    end = time.monotonic() + 90
    while not run.events("run.metric"):
        assert time.monotonic() < end and process.poll() is None, run.folder.attempt(1).stdout.read_text()[-2000:]
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 10
    last = run.events("run.metric")[-1]["data"]["step"]
    assert [one["data"]["step"] for one in run.events("run.checkpoint")] == [last]


def test_a_checkpoint_that_was_touched_is_not_loaded(make_run):
    run = make_run()
    run.plan()
    assert run.here() == 0
    with open(run.folder.checkpoints / "checkpoint-6/optimizer.pt", "ab") as file:
        file.write(b"x")
    run.plan(step=6)
    assert run.here() == 20
    assert "optimizer.pt was changed" in run.status()["message"]


def test_old_checkpoints_are_removed_and_told(make_run):
    run = make_run(spec={"train": {"saveEvery": 2, "keepCheckpoints": 2}})
    run.plan()
    assert run.here() == 0
    assert sorted(path.name for path in run.folder.checkpoints.glob("checkpoint-*")) == ["checkpoint-6", "checkpoint-8"]
    removed = [one["data"]["step"] for one in run.events("run.checkpoint") if one["data"]["removed"]]
    assert removed == [2, 4]


def test_losses_that_are_not_finite_end_the_run(make_run):
    run = make_run(spec={"mode": "full", "train": {"learningRate": 1, "maxGradNorm": 1e30, "warmupSteps": 0}})
    # Weights so large that the logits overflow.
    from transformers import AutoModelForCausalLM

    broken = run.folder.path / "broken"
    model = AutoModelForCausalLM.from_pretrained(run.model)
    with torch.no_grad():
        model.lm_head.weight.fill_(float("nan"))
    model.save_pretrained(broken)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (broken / name).write_bytes((run.model / name).read_bytes())
    run.model = broken
    run.plan()
    assert run.here() == 20
    assert (run.status()["reason"], run.status()["param"]) == ("nan_loss", "/train/learningRate")
    metrics = [one["data"] for one in run.events("run.metric")]
    assert [(one["loss"], one["nonFinite"]["loss"]) for one in metrics] == [(None, "nan")] * 3
    assert [one["data"]["code"] for one in run.events("run.warning")][-3:] == ["nan_loss"] * 3


def test_held_out_rows_are_evaluated(make_run):
    run = make_run(spec={"data": {"sha256": "0" * 64, "evalSha256": "1" * 64}, "train": {"evalEvery": 4}})
    (run.folder.data / "eval.jsonl").write_bytes(tiny_models.rows(4))
    run.plan(sets={"train": "data/train.jsonl", "eval": "data/eval.jsonl"})
    assert run.here() == 0
    held_out = {one["data"]["step"]: one["data"].get("evalLoss") for one in run.events("run.metric")}
    assert [step for step, loss in held_out.items() if loss is not None] == [4, 8]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": {"sha256": "0" * 64, "maxLength": 16}}, "bad_dataset"),
        ({"data": {"sha256": "0" * 64, "packing": True}}, "bad_dataset"),
    ],
)
def test_what_the_user_must_change_is_named(make_run, change, reason):
    run = make_run(spec=change)
    run.plan()
    assert run.here() == 20
    assert run.status()["reason"] == reason
    assert run.status()["param"].startswith("/data")


def test_a_missing_model_is_named(make_run, tmp_path):
    run = make_run()
    run.model = tmp_path / "nowhere"
    run.plan()
    assert run.here() == 20
    assert run.status()["reason"] == "model_missing"


def test_pickled_weights_are_not_loaded(make_run, tmp_path, models):
    from transformers import AutoModelForCausalLM

    folder = tmp_path / "pickled"
    folder.mkdir()
    for path in models["llama"].iterdir():
        if path.suffix == ".json":
            (folder / path.name).write_bytes(path.read_bytes())
    torch.save(AutoModelForCausalLM.from_pretrained(models["llama"]).state_dict(), folder / "pytorch_model.bin")
    run = make_run()
    run.model = folder
    run.plan()
    assert run.here() == 20
    assert run.status()["reason"] == "model_missing"


def test_a_gpu_without_memory_is_named():
    from polyglot_trainer.worker.failures import name_failure

    named = name_failure(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."))
    assert (named.reason, named.param) == ("oom_gpu", "/train/batchSize")


def test_a_machine_without_memory_is_named(make_run):
    """Under a limit of address space the allocation fails as it does on a full machine."""
    run = make_run(spec={"data": {"sha256": "0" * 64, "maxLength": 131_072}, "train": {"batchSize": 1024}})
    run.plan()
    long = json.dumps({"prompt": "a", "response": "b " * 10_000}).encode() + b"\n"
    (run.folder.data / "train.jsonl").write_bytes(long * 8)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + 150 * 1024**2, hard))
    try:
        assert run.here() == 20
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert run.status()["reason"] == "oom_host"


def test_the_check_counts_without_training(make_run):
    run = make_run()
    run.plan()
    plan = read_json(run.folder.attempt(1).plan)
    report = look(run.folder, plan, run.spec)
    assert (report["ok"], report["rows"], report["steps"]) == (True, 24, 8)
    assert 0 < report["trainTokens"] < report["tokens"]
    short = {**run.spec, "data": {**run.spec["data"], "maxLength": 16}}
    refused = look(run.folder, plan, short)
    assert (refused["ok"], refused["errors"][0]["code"]) == (False, "bad_dataset")


def test_perplexity_is_measured_row_by_row(make_run):
    run = make_run()
    run.plan(kind="measure")
    run.folder.spec.write_text(json.dumps({**run.spec, "template": "none"}))
    assert run.here() == 0
    rows = [row for event in run.events("measure.result") for row in event["data"]["results"]]
    summary = run.events("measure.summary")[0]["data"]
    assert (len(rows), summary["rows"], summary["failed"]) == (24, 24, 0)
    assert summary["nll"] == pytest.approx(sum(row["nll"] for row in rows))
    # A random model knows nothing: about ln(vocabulary) nats a token.
    assert 5 < summary["nll"] / summary["tokens"] < 7


def test_two_processes_train_as_one(make_run):
    run = make_run(spec={"train": {"maxSteps": 3}})
    run.plan()
    process = run.command("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")
    assert process.wait(240) == 0, run.folder.attempt(1).stdout.read_text()[-3000:]
    assert list(run.losses()) == [1, 2, 3]
    assert len(run.events("run.data")) == 1
