"""QLoRA and the 8-bit optimiser with a real bitsandbytes, whose CPU kernels suffice for a tiny model."""

import json

import pytest

pytest.importorskip("trl", reason="the worker's libraries are not installed (python-tests.mjs --no-torch)")
pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed: the extra `qlora`")

import tiny_models
from safetensors import safe_open
from worker_runs import WorkerRun


def test_an_adapter_on_a_4_bit_base_is_trained_and_merged(tmp_path):
    # bitsandbytes quantises in blocks of 64 weights; its CPU kernel needs rows of at least one block.
    model = tiny_models.build("llama", tmp_path / "model", width=64)
    spec = {"mode": "qlora", "output": {"merge": "bf16"}, "train": {"learningRate": 5e-3}}
    run = WorkerRun(tmp_path / "run", model, tiny_models.TEMPLATES["llama"], spec)
    run.plan()
    assert run.here() == 0, run.status()
    losses = run.losses()
    assert list(losses) == list(range(1, 9))
    assert losses[8] < losses[1]
    adapter = json.loads((run.folder.out / "adapter/adapter_config.json").read_text())
    assert adapter["peft_type"] == "LORA"
    with safe_open(run.folder.out / "adapter/adapter_model.safetensors", "pt") as weights:
        names = weights.keys()
        assert any("lora_B" in name and weights.get_tensor(name).abs().sum() > 0 for name in names)
    # Merged is a model of its own in bf16, not a 4-bit one.
    assert "quantization_config" not in json.loads((run.folder.out / "model/config.json").read_text())
    with safe_open(run.folder.out / "model/model.safetensors", "pt") as weights:
        names = weights.keys()
        assert {str(weights.get_slice(name).get_dtype()) for name in names} == {"BF16"}


def test_the_8_bit_optimiser_trains(tmp_path):
    model = tiny_models.build("llama", tmp_path / "model")
    spec = {"mode": "full", "train": {"optimizer": "adamw_8bit", "learningRate": 5e-3, "maxSteps": 4}}
    run = WorkerRun(tmp_path / "run", model, tiny_models.TEMPLATES["llama"], spec)
    run.plan()
    assert run.here() == 0, run.status()
    replaced = [one for one in run.events("run.warning") if one["data"]["code"] == "optimizer_replaced"]
    assert len(run.losses()) == 4
    # Where its kernels need a GPU the run says that it went on with the other optimiser.
    assert replaced == [] or "adamw_torch" in replaced[0]["data"]["message"]
