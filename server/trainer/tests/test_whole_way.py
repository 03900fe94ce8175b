"""The whole way with the real worker: upload, full preflight, training, artifacts, evaluation, over the websocket."""

import json
import sys

import pytest

pytest.importorskip("trl", reason="the worker's libraries are not installed (python-tests.mjs --no-torch)")

import tiny_models
from client import basic_spec, key
from test_evaluate import CHOICES
from test_supervision import assert_dense, states_of


def test_a_student_is_trained_and_evaluated(make_trainer):
    trainer = make_trainer(command=[sys.executable, "-m", "polyglot_trainer", "worker"])
    tiny_models.build("llama", trainer.folder / "models/tiny")
    with trainer.connect() as client:
        digest = client.upload(tiny_models.rows())
        spec = {**basic_spec(digest), "train": {"maxSteps": 4, "gradAccum": 1, "saveEvery": 2}}
        checked = client.wait(client.send("server.preflight", spec=spec, depth="full"), timeout=200)
        assert (checked["ok"], checked["rows"], checked["steps"]) == (True, 24, 4)
        assert 0 < checked["trainTokens"] < checked["tokens"]
        assert [part["trained"] for part in checked["sample"]["segments"]] == [False, True]

        run_id = client.call("runs.launch", idempotencyKey=key(), spec=spec)["run"]["runId"]
        client.call("runs.subscribe", runId=run_id, afterSeq=0)
        state = client.until_state(run_id, "succeeded", "failed", timeout=200)
        events = client.events(run_id)
        assert state["state"] == "succeeded", events[-2]
        assert_dense(events)
        assert states_of(events) == ["queued", "preparing", "running", "finalizing", "succeeded"]
        data = next(event["data"] for event in events if event["type"] == "run.data")
        assert data["trainTokens"] == checked["trainTokens"]
        assert (data["sample"], data["longestTokens"]) == (checked["sample"], checked["longestTokens"])
        assert [part["trained"] for part in data["sample"]["segments"]] == [False, True]
        names = [one["name"] for one in client.call("artifacts.list", runId=run_id)["artifacts"]]
        assert "adapter/adapter_model.safetensors" in names and "report.json" in names

        rows = "".join(json.dumps(row) + "\n" for row in CHOICES).encode()
        sets = {"global_mmlu_lite:de": client.upload(rows, "eval-jsonl")}
        for target in ({"runId": run_id}, {"runId": run_id, "step": 2}, {"model": {"id": "tiny"}}):
            wanted = {"target": target, "backend": "builtin", "tasks": ["global_mmlu_lite"], "languages": ["de"]}
            evaluation = client.call(
                "evals.launch", idempotencyKey=key(), spec={"specVersion": 1, **wanted, "data": sets}
            )
            found = follow_long(client, evaluation["run"]["runId"])
            results = [event["data"] for event in found if event["type"] == "eval.result"]
            assert [(one["n"], one["metric"]) for one in results] == [(20, "acc")]
            answers = answers_of(client, evaluation["run"]["runId"])
            assert [one["item"] for one in answers] == [row["id"] for row in CHOICES]
            assert sum(one["value"] for one in answers) / 20 == results[0]["value"]


def answers_of(client, run_id: str) -> list[dict]:
    [artifact] = client.call("artifacts.list", runId=run_id)["artifacts"]
    assert (artifact["name"], artifact["kind"]) == ("eval/items.jsonl", "eval")
    client.frames.clear()
    piece = {"sha256": artifact["sha256"], "offset": 0, "length": artifact["bytes"], "transferId": "ab" * 16}
    client.call("artifacts.read", **piece)
    content = b"".join(frame[24:] for frame in client.frames)
    return [json.loads(line) for line in content.decode().splitlines()]


def follow_long(client, run_id: str) -> list[dict]:
    client.call("runs.subscribe", runId=run_id, afterSeq=0)
    state = client.until_state(run_id, "succeeded", "failed", timeout=200)
    assert state["state"] == "succeeded", client.events(run_id)[-2]
    return client.events(run_id)
