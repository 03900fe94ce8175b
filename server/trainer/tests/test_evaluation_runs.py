"""Evaluations and measurements as runs of their own, over a real socket with a stub in place of the worker."""

import json

import pytest
from client import RpcFailure, key, stub_rows
from test_methods import refused


def test_a_benchmark_of_ones_own_needs_its_rows(client):
    _, events = client.run_to_end({})
    row = json.dumps({"id": "1", "question": "?", "choices": ["a", "b"], "answer": 1}).encode() + b"\n"
    spec = {"specVersion": 1, "target": {"runId": events[0]["runId"]}, "backend": "builtin", "languages": ["cs"]}
    named = {**spec, "tasks": ["quiz"], "data": {"quiz:cs": client.upload(row, "eval-jsonl")}}
    run = client.call("evals.launch", idempotencyKey=key(), spec=named)["run"]
    assert run["spec"]["tasks"] == ["quiz"]
    with pytest.raises(RpcFailure) as refused:
        client.call("evals.launch", idempotencyKey=key(), spec={**spec, "tasks": ["quiz"], "data": {}})
    assert refused.value.code == "capability_missing"


def test_an_evaluation_is_a_run_of_its_own(client):
    _, events = client.run_to_end({})
    target = events[0]["runId"]
    rows = json.dumps({"id": "1", "question": "?", "choices": ["a", "b"], "answer": 1}).encode() + b"\n"
    digest = client.upload(rows, "eval-jsonl")
    spec = {
        "specVersion": 1,
        "target": {"runId": target},
        "backend": "builtin",
        "tasks": ["global_mmlu_lite"],
        "languages": ["de"],
        "data": {"global_mmlu_lite:de": digest},
    }
    run = client.call("evals.launch", idempotencyKey=key(), spec=spec)["run"]
    assert run["kind"] == "eval"
    client.call("runs.subscribe", runId=run["runId"], afterSeq=0)
    assert client.until_state(run["runId"], "succeeded", "failed")["state"] == "succeeded"
    assert [one["type"] for one in client.events(run["runId"])].count("eval.result") == 1
    wrong = {**spec, "target": {"runId": target, "step": 7}}
    assert refused(client, "evals.launch", idempotencyKey=key(), spec=wrong).code == "checkpoint_missing"


def test_a_measuring_run_measures(client):
    digest = client.upload(stub_rows({}))
    spec = {"specVersion": 1, "measure": "perplexity", "model": {"id": "tiny"}, "data": {"sha256": digest}}
    run = client.call("runs.launch", idempotencyKey=key(), spec=spec)["run"]
    client.call("runs.subscribe", runId=run["runId"], afterSeq=0)
    assert (run["kind"], client.until_state(run["runId"], "succeeded", "failed")["state"]) == ("measure", "succeeded")
    summary = [one["data"] for one in client.events(run["runId"]) if one["type"] == "measure.summary"]
    assert summary[0]["rows"] == 2
