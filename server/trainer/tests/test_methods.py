"""The methods over a real socket: order of checks, idempotency, limits, pages, logs and artifacts."""

import hashlib

import pytest
from client import RpcFailure, basic_spec, key, stub_rows


def refused(client, method: str, /, **params) -> RpcFailure:
    with pytest.raises(RpcFailure) as failure:
        client.call(method, **params)
    return failure.value


def test_other_requests_wait_for_initialize(trainer):
    with trainer.connect(initialize=False) as client:
        assert refused(client, "server.info").code == "not_initialized"
        assert refused(client, "no.such").code == "not_initialized"


def test_a_second_initialize_is_refused(client):
    params = {"client": {"name": "t", "version": "1"}, "protocol": "1.0", "logEpoch": None, "resume": []}
    assert refused(client, "initialize", **params).code == "already_initialized"


def test_another_major_version_closes(trainer):
    with trainer.connect(initialize=False) as client:
        params = {"client": {"name": "t", "version": "1"}, "protocol": "2.0", "logEpoch": None, "resume": []}
        failure = refused(client, "initialize", **params)
        assert (failure.code, failure.data["supported"]) == ("protocol_unsupported", ["1.0"])
        with pytest.raises(Exception) as closed:
            client.socket.recv(timeout=10)
        assert closed.value.rcvd.code == 4406


def test_a_newer_minor_is_brought_down(trainer):
    with trainer.connect(initialize=False) as client:
        params = {"client": {"name": "t", "version": "1"}, "protocol": "1.7", "logEpoch": None, "resume": []}
        assert client.call("initialize", **params)["protocol"] == "1.0"


def test_capabilities_name_what_is_there(client):
    capabilities = client.hello["capabilities"]
    assert capabilities["models"][0]["id"] == "tiny"
    assert capabilities["limits"]["frameBytes"] == 262_144
    assert client.hello["server"]["practice"] is False
    assert {"resume", "measure", "preflightFull"} <= set(capabilities["features"])


def test_a_launch_is_stored_before_it_is_answered(client):
    run = client.launch({}, title="T", group="g")
    assert (run["state"], run["lastSeq"], run["title"], run["group"]) == ("queued", 1, "T", "g")
    assert run["spec"]["train"]["learningRate"] == 5e-5
    assert run["spec"]["train"]["precision"] == "fp32"
    assert [one["runId"] for one in client.call("runs.list", group="g")["runs"]] == [run["runId"]]


def test_one_key_is_one_run(client):
    digest = client.upload(stub_rows({}))
    one, spec = key(), basic_spec(digest)
    first = client.call("runs.launch", idempotencyKey=one, spec=spec)
    # The same JSON value in another order and with 1.0 for 1.
    again = {name: spec[name] for name in reversed(spec)} | {"specVersion": 1.0}
    second = client.call("runs.launch", idempotencyKey=one, spec=again)
    assert (first["created"], second["created"]) == (True, False)
    assert first["run"]["runId"] == second["run"]["runId"]
    conflict = refused(client, "runs.launch", idempotencyKey=one, spec=spec, title="other")
    assert (conflict.code, conflict.data["runId"]) == ("idempotency_conflict", first["run"]["runId"])


def test_a_cancel_may_overtake_its_launch(client):
    one = key()
    assert client.call("runs.cancel", idempotencyKey=one) == {"tombstone": True}
    digest = client.upload(stub_rows({}))
    assert refused(client, "runs.launch", idempotencyKey=one, spec=basic_spec(digest)).code == "launch_cancelled"


def test_a_deleted_run_stays_gone(client):
    one = key()
    state, events = client.run_to_end({}, key=one)
    run_id = events[0]["runId"]
    assert state["state"] == "succeeded"
    assert client.call("runs.delete", runId=run_id) == {"deleted": True}
    client.until(lambda: [n for n in client.notifications if n["params"].get("kind") == "runDeleted"])
    assert client.call("runs.delete", runId=run_id) == {"deleted": False}
    assert refused(client, "runs.get", runId=run_id).code == "not_found"
    digest = client.upload(stub_rows({}))
    assert refused(client, "runs.launch", idempotencyKey=one, spec=basic_spec(digest)).code == "launch_cancelled"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": {"id": "huge"}}, "model_not_allowed"),
        ({"model": {"id": "tiny", "revision": "x"}}, "model_not_allowed"),
        ({"template": "other"}, "capability_missing"),
        ({"preset": "other"}, "capability_missing"),
        ({"engine": {"name": "slurm"}}, "capability_missing"),
        ({"engine": {"gpus": 9}}, "capability_missing"),
        ({"mode": "qlora"}, "capability_missing"),
        ({"data": {"sha256": "0" * 64}}, "dataset_missing"),
        ({"trian": {}}, "invalid_spec"),
    ],
)
def test_a_launch_beyond_the_offer_is_refused(client, change, code):
    digest = client.upload(stub_rows({}))
    assert refused(client, "runs.launch", idempotencyKey=key(), spec={**basic_spec(digest), **change}).code == code


def test_an_invalid_spec_says_where(client):
    digest = client.upload(stub_rows({}))
    spec = {**basic_spec(digest), "train": {"learningRate": -1}}
    failure = refused(client, "runs.launch", idempotencyKey=key(), spec=spec)
    assert failure.data["issues"][0]["param"] == "/train/learningRate"
    assert "learningRate must be above 0" in failure.data["issues"][0]["message"]


def test_runs_come_in_pages_newest_first(client):
    made = [client.launch({"steps": 1}, group="pages")["runId"] for _ in range(5)]
    seen, cursor = [], {}
    while True:
        page = client.call("runs.list", group="pages", limit=2, **cursor)
        seen += [run["runId"] for run in page["runs"]]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert seen == made[::-1]
    assert refused(client, "runs.list", cursor="nonsense").code == "invalid_params"


def test_events_come_in_pages(client):
    _, events = client.run_to_end({"steps": 30})
    run_id = events[0]["runId"]
    got, more = [], True
    while more:
        page = client.call("runs.events", runId=run_id, afterSeq=len(got), limit=7)
        got += page["events"]
        more = page["more"]
    assert [event["seq"] for event in got] == list(range(1, page["lastSeq"] + 1))
    assert page["final"] is True
    failure = refused(client, "runs.events", runId=run_id, afterSeq=len(got) + 1)
    assert (failure.code, failure.data["lastSeq"]) == ("cursor_ahead", len(got))


def test_replay_starts_at_any_cursor(client):
    _, events = client.run_to_end({"steps": 10})
    run_id, last = events[0]["runId"], events[-1]["seq"]
    for cursor in range(last + 1):
        client.notifications.clear()
        answer = client.call("runs.subscribe", runId=run_id, afterSeq=cursor)
        assert answer == {"runId": run_id, "afterSeq": cursor, "lastSeq": last, "final": True}
        client.until(lambda c=cursor: len(client.events(run_id)) >= last - c)
        assert [event["seq"] for event in client.events(run_id)] == list(range(cursor + 1, last + 1))
    assert refused(client, "runs.subscribe", runId=run_id, afterSeq=last + 1).code == "cursor_ahead"


def test_initialize_resumes_after_its_answer(trainer, client):
    _, events = client.run_to_end({})
    run_id, last = events[0]["runId"], events[-1]["seq"]
    wanted = [{"runId": run_id, "afterSeq": 3}, {"runId": "r-unknown00", "afterSeq": 0}]
    with trainer.connect(resume=wanted, log_epoch=client.hello["logEpoch"]) as other:
        assert other.hello["resumed"][0] == {"runId": run_id, "lastSeq": last, "final": True}
        assert other.hello["resumed"][1]["error"] == "not_found"
        other.until(lambda: len(other.events(run_id)) == last - 3)
    with trainer.connect(resume=wanted, log_epoch=key()) as other:
        assert other.hello["resumed"] == []


def test_too_many_subscriptions(make_trainer):
    trainer = make_trainer("limits = { subscriptions = 2 }")
    with trainer.connect() as client:
        runs = [client.launch({"end": "hang"})["runId"] for _ in range(3)]
        for run_id in (*runs[:2], runs[0]):
            client.call("runs.subscribe", runId=run_id, afterSeq=0)
        assert refused(client, "runs.subscribe", runId=runs[2], afterSeq=0).code == "too_many_subscriptions"
        client.call("runs.unsubscribe", runId=runs[0])
        client.call("runs.subscribe", runId=runs[2], afterSeq=0)


def test_requests_are_counted(make_trainer):
    trainer = make_trainer("limits = { requestsPerS = 1, burst = 5 }")
    with trainer.connect() as client:
        ids = [client.send("runs.list") for _ in range(10)]
        codes = []
        for id in ids:
            try:
                client.wait(id)
                codes.append("ok")
            except RpcFailure as failure:
                codes.append(failure.code)
        # initialize has taken one of the five.
        assert codes[:4] == ["ok"] * 4
        assert codes[-1] == "rate_limited"


def test_flooding_closes(make_trainer):
    trainer = make_trainer("limits = { requestsPerS = 1, burst = 5 }")
    with trainer.connect() as client:
        with pytest.raises(Exception) as closed:
            for _ in range(1200):
                client.send("runs.list")
            while True:
                client.socket.recv(timeout=10)
        assert closed.value.rcvd.code == 4429


def test_launches_are_counted_per_token(make_trainer):
    trainer = make_trainer("limits = { launchesPerMinute = 2 }")
    with trainer.connect() as one, trainer.connect() as other:
        one.launch({})
        other.launch({})
        failure = refused(one, "runs.launch", idempotencyKey=key(), spec=basic_spec(one.upload(stub_rows({}))))
        assert failure.code == "rate_limited"
        assert 0 < failure.data["retryAfterS"] <= 60


def test_logs_are_read_by_bytes(client):
    _, events = client.run_to_end({"steps": 3})
    run_id = events[0]["runId"]
    read = client.call("logs.read", runId=run_id, stream="worker", offset=0)
    assert read == {"offset": 0, "nextOffset": 21, "size": 21, "text": "step 1\nstep 2\nstep 3\n", "eof": True}
    assert client.call("logs.read", runId=run_id, stream="worker", offset=-7)["text"] == "step 3\n"
    assert client.call("logs.read", runId=run_id, stream="worker", offset=7, limit=7)["text"] == "step 2\n"
    assert client.call("logs.read", runId=run_id, stream="engine", offset=0)["size"] == 0
    assert refused(client, "logs.read", runId=run_id, stream="worker", offset=22).code == "range_invalid"
    assert refused(client, "logs.read", runId=run_id, stream="worker", offset=0, attempt=2).code == "not_found"


def test_artifacts_arrive_whole(client):
    _, events = client.run_to_end({})
    run_id = events[0]["runId"]
    artifacts = client.call("artifacts.list", runId=run_id)["artifacts"]
    assert [one["name"] for one in artifacts] == ["adapter/adapter_model.safetensors", "report.json"]
    adapter = artifacts[0]
    content, transfer = b"", "ab" * 16
    while len(content) < adapter["bytes"]:
        client.frames.clear()
        asked = {"sha256": adapter["sha256"], "offset": len(content), "length": 300_000, "transferId": transfer}
        answer = client.call("artifacts.read", **asked)
        for frame in client.frames:
            assert (frame[:16].hex(), int.from_bytes(frame[16:24], "big")) == (transfer, len(content))
            content += frame[24:]
    assert answer["eof"] is True
    assert hashlib.sha256(content).hexdigest() == adapter["sha256"]
    beyond = {"sha256": adapter["sha256"], "offset": adapter["bytes"], "length": 1, "transferId": transfer}
    assert refused(client, "artifacts.read", **beyond).code == "range_invalid"
    unknown = {"sha256": "0" * 64, "offset": 0, "length": 1, "transferId": transfer}
    assert refused(client, "artifacts.read", **unknown).code == "artifact_missing"


def test_a_quick_preflight_guesses_and_says_so(client):
    digest = client.upload(stub_rows({}))
    answer = client.call("server.preflight", spec={**basic_spec(digest), "mode": "full"}, depth="quick")
    assert (answer["ok"], answer["estimated"], answer["rows"], answer["steps"]) == (True, True, 2, 1)
    assert answer["vramEstimateGiB"] > 10
    assert "model_missing" in [issue["code"] for issue in answer["warnings"]]


def test_a_full_preflight_asks_the_worker(client):
    digest = client.upload(stub_rows({}))
    answer = client.call("server.preflight", spec=basic_spec(digest), depth="full")
    assert (answer["depth"], answer["estimated"], answer["trainTokens"]) == ("full", False, 12)


def test_info_counts_runs(client):
    info = client.call("server.info")
    assert info["engines"][0]["name"] == "local"
    assert set(info["runs"]) == {"queued", "active"}
