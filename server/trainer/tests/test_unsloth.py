"""A real Unsloth trains a tiny model in an interpreter of its own, where it is installed; a CPU suffices it by now."""

import os

import pytest

PYTHON = os.environ.get("POLYGLOT_UNSLOTH_PYTHON")

pytestmark = pytest.mark.skipif(PYTHON is None, reason="POLYGLOT_UNSLOTH_PYTHON names no interpreter with unsloth")


@pytest.mark.parametrize("mode", ["lora", "full"])
def test_unsloth_trains_by_the_same_contract(tmp_path, mode):
    pytest.importorskip("trl")
    import tiny_models
    from worker_runs import WorkerRun

    model = tiny_models.build("llama", tmp_path / "model", width=64)
    spec = {"mode": mode, "backend": "unsloth", "train": {"learningRate": 5e-3, "saveEvery": 4}}
    run = WorkerRun(tmp_path / "run", model, tiny_models.TEMPLATES["llama"], spec)
    run.plan()
    process = run.command(python=PYTHON)
    assert process.wait(280) == 0, run.folder.attempt(1).stdout.read_text()[-3000:]
    losses = run.losses()
    assert list(losses) == list(range(1, 9))
    assert losses[8] < losses[1]
    (data,) = [one["data"] for one in run.events("run.data")]
    assert 0 < data["trainTokens"] < data["tokens"]
    assert [one["data"]["step"] for one in run.events("run.checkpoint") if not one["data"]["removed"]] == [4, 8]
    names = {one["data"]["name"] for one in run.events("artifact.ready")}
    wanted = "adapter/adapter_model.safetensors" if mode == "lora" else "model/model.safetensors"
    assert wanted in names
