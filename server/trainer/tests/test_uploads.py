"""Uploads: offsets, resumption, ownership, refusals, quotas (§6)."""

import hashlib
import json

import pytest
from client import RpcFailure, stub_rows
from test_methods import refused

ROWS = b"".join(json.dumps({"prompt": f"p{n}", "response": "r" * 200}).encode() + b"\n" for n in range(4000))


def begin(client, content: bytes, kind: str = "sft-jsonl", **change) -> dict:
    digest = hashlib.sha256(content).hexdigest()
    return client.call("datasets.begin", **{"sha256": digest, "bytes": len(content), "kind": kind, **change})


def progress(client) -> list[dict]:
    return [one["params"] for one in client.notifications if one["method"] == "datasets.progress"]


def fresh(tag: str) -> bytes:
    return ROWS + json.dumps({"prompt": tag, "response": "x"}).encode() + b"\n"


def test_progress_comes_every_eighth_frame_and_at_the_end(client):
    content = fresh("progress")
    upload = begin(client, content)
    assert (upload["exists"], upload["offset"]) == (False, 0)
    size = len(content) // 19
    for offset in range(0, len(content), size):
        client.frame(upload["uploadId"], offset, content[offset : offset + size])
    dataset = client.call("datasets.commit", uploadId=upload["uploadId"])["dataset"]
    assert [one["offset"] for one in progress(client)] == [8 * size, 16 * size, len(content)]
    assert (dataset["rows"], dataset["bytes"]) == (4001, len(content))
    assert client.call("datasets.commit", uploadId=upload["uploadId"])["dataset"] == dataset
    assert begin(client, content) == {"exists": True, "dataset": dataset}


def test_a_refused_frame_is_told_once(client):
    content = fresh("refused")[-5000:]
    upload = begin(client, content)["uploadId"]
    for offset in (5, 6, 7):
        client.frame(upload, offset, b"x")
    client.frame(upload, 0, content[:1000])
    client.frame(upload, 1000, content[1000:] + b"x")
    client.frame("00" * 16, 0, b"x")
    client.call("runs.list")
    assert [(one["offset"], one.get("error")) for one in progress(client)] == [
        (0, "offset_mismatch"),
        (1000, "too_long"),
        (0, "unknown_upload"),
    ]


def test_an_upload_goes_on_after_a_lost_link(trainer):
    content = fresh("resumed")
    with trainer.connect() as client:
        upload = begin(client, content)["uploadId"]
        client.frame(upload, 0, content[:100_000])
        client.call("runs.list")
    with trainer.connect() as client:
        again = begin(client, content)
        assert (again["uploadId"], again["offset"]) == (upload, 100_000)
        client.frame(upload, 100_000, content[100_000:300_000])
        client.frame(upload, 300_000, content[300_000:500_000])
        client.frame(upload, 500_000, content[500_000:700_000])
        for offset in range(700_000, len(content), 200_000):
            client.frame(upload, offset, content[offset : offset + 200_000])
        assert client.call("datasets.commit", uploadId=upload)["dataset"]["rows"] == 4001


def test_the_last_to_begin_owns_the_upload(trainer, client):
    content = fresh("owned")
    upload = begin(client, content)["uploadId"]
    with trainer.connect() as other:
        assert begin(other, content)["uploadId"] == upload
        client.frame(upload, 0, b"x")
        client.call("runs.list")
        assert progress(client)[-1]["error"] == "not_owner"
        other.frame(upload, 0, content[:10])
        other.call("runs.list")
        assert begin(other, content)["offset"] == 10


def test_a_commit_looks_at_length_hash_and_rows(client):
    content = fresh("short")
    upload = begin(client, content)["uploadId"]
    client.frame(upload, 0, content[:1000])
    failure = refused(client, "datasets.commit", uploadId=upload)
    assert (failure.code, failure.data["have"], failure.data["want"]) == ("length_mismatch", 1000, len(content))
    assert failure.data["retryable"] is True
    assert refused(client, "datasets.commit", uploadId="0" * 32).code == "upload_unknown"
    wrong = begin(client, b"{}", sha256="1" * 64)["uploadId"]
    client.frame(wrong, 0, b"{}")
    assert refused(client, "datasets.commit", uploadId=wrong).code == "hash_mismatch"
    assert refused(client, "datasets.commit", uploadId=wrong).code == "upload_unknown"


def test_bad_rows_are_counted_and_the_first_are_shown(client):
    content = stub_rows({}) + b"nonsense\n" * 30
    failure = None
    with pytest.raises(RpcFailure) as caught:
        client.upload(content)
    failure = caught.value
    assert (failure.code, failure.data["total"], len(failure.data["rows"])) == ("bad_rows", 30, 20)
    assert failure.data["rows"][0] == {"line": 3, "code": "not_json", "message": "Not JSON."}


def test_a_row_too_long_is_one_bad_row(make_trainer):
    trainer = make_trainer("limits = { rowBytes = 1000 }")
    with trainer.connect() as client:
        long = json.dumps({"prompt": "p", "response": "x" * 50_000}).encode() + b"\n"
        with pytest.raises(RpcFailure) as caught:
            client.upload(stub_rows({}) + long + b"bad\n")
        assert [(row["line"], row["code"]) for row in caught.value.data["rows"]] == [
            (3, "row_too_long"),
            (4, "not_json"),
        ]


def test_quotas(make_trainer):
    trainer = make_trainer("limits = { datasetBytes = 1000, storeBytes = 1500, uploads = 2 }")
    with trainer.connect() as client:
        assert refused(client, "datasets.begin", sha256="1" * 64, bytes=1001, kind="sft-jsonl").code == "quota_exceeded"
        client.call("datasets.begin", sha256="1" * 64, bytes=1000, kind="sft-jsonl")
        assert refused(client, "datasets.begin", sha256="2" * 64, bytes=501, kind="sft-jsonl").code == "quota_exceeded"
        client.call("datasets.begin", sha256="3" * 64, bytes=10, kind="sft-jsonl")
        assert refused(client, "datasets.begin", sha256="4" * 64, bytes=10, kind="sft-jsonl").code == "quota_exceeded"
        again = refused(client, "datasets.begin", sha256="1" * 64, bytes=999, kind="sft-jsonl")
        assert again.code == "length_mismatch"


def test_more_than_two_gibibytes_are_refused_before_a_byte_is_sent(client):
    failure = refused(client, "datasets.begin", sha256="5" * 64, bytes=2 * 1024**3 + 1, kind="sft-jsonl")
    assert failure.code == "quota_exceeded"


def test_a_dataset_of_another_kind_is_another_dataset(client):
    rows = json.dumps({"id": 1, "question": "?", "choices": ["a", "b"], "answer": 0, "prompt": "p", "response": "r"})
    content = rows.encode() + b"\n"
    assert client.upload(content, "sft-jsonl") == client.upload(content, "eval-jsonl")


def test_an_upload_outlives_the_service(make_trainer):
    trainer = make_trainer()
    content = fresh("outlives")
    with trainer.connect() as client:
        upload = begin(client, content)["uploadId"]
        client.frame(upload, 0, content[:123_456])
        client.call("runs.list")
    trainer.kill()
    trainer.start()
    with trainer.connect() as client:
        again = begin(client, content)
        assert (again["uploadId"], again["offset"]) == (upload, 123_456)
