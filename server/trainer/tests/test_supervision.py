"""Runs against a hostile world: the service killed, workers killed, cancels ignored, workers that print too much."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from polyglot_trainer.process import start_time


def wait_for(condition, timeout: float = 30):
    end = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.08)
    return found


def launcher_of(trainer, run_id: str, attempt: int = 1) -> dict:
    path = trainer.data / f"runs/{run_id}/attempt-{attempt}/launcher.json"
    return wait_for(lambda: json.loads(path.read_text()) if path.exists() else None)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def follow(client, run_id: str, *states: str, timeout: float = 30) -> list[dict]:
    client.call("runs.subscribe", runId=run_id, afterSeq=0)
    client.until_state(run_id, *states, timeout=timeout)
    return client.events(run_id)


def states_of(events: list[dict]) -> list[str]:
    return [event["data"]["state"] for event in events if event["type"] == "run.state"]


def assert_dense(events: list[dict]) -> None:
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_a_run_goes_through_its_states(client):
    state, events = client.run_to_end({})
    assert_dense(events)
    assert states_of(events) == ["queued", "preparing", "running", "finalizing", "succeeded"]
    assert (state["final"], state["lastSeq"]) == (True, events[-1]["seq"])
    losses = [event["data"]["loss"] for event in events if event["type"] == "run.metric"]
    assert losses == [4 / step for step in range(1, 9)]
    run = client.call("runs.get", runId=events[0]["runId"])["run"]
    assert (run["step"], run["totalSteps"], run["error"]) == (8, 8, None)
    assert run["startedAt"] <= run["endedAt"]


def test_a_killed_service_loses_nothing(make_trainer):
    trainer = make_trainer()
    with trainer.connect() as client:
        run_id = client.launch({"steps": 40, "delayS": 0.05})["runId"]
        seen = follow(client, run_id, "running")
        epoch = client.hello["logEpoch"]
    worker = launcher_of(trainer, run_id)
    trainer.kill()
    assert start_time(worker["pid"]) == worker["startTime"]
    trainer.start()
    with trainer.connect() as client:
        assert client.hello["logEpoch"] == epoch
        events = follow(client, run_id, "succeeded", "failed", "interrupted")
    assert_dense(events)
    assert events[: len(seen)] == seen
    steps = [event["data"]["step"] for event in events if event["type"] == "run.metric"]
    assert steps == list(range(1, 41))
    assert states_of(events) == ["queued", "preparing", "running", "finalizing", "succeeded"]


def test_a_run_that_ended_meanwhile_is_finished(make_trainer):
    trainer = make_trainer()
    with trainer.connect() as client:
        run_id = client.launch({"steps": 5, "delayS": 0.05})["runId"]
    worker = launcher_of(trainer, run_id)
    trainer.kill()
    wait_for(lambda: start_time(worker["pid"]) is None)
    trainer.start()
    with trainer.connect() as client:
        assert states_of(follow(client, run_id, "succeeded", "failed", "interrupted"))[-1] == "succeeded"


def test_twenty_kills_lose_no_run_and_leave_no_orphan(make_trainer):
    trainer = make_trainer("engine = { local = { places = 3 } }")
    runs = []
    for _ in range(20):
        with trainer.connect() as client:
            if len(runs) < 6:
                runs.append(client.launch({"steps": 60, "delayS": 0.05})["runId"])
        trainer.kill()
        trainer.start()
    with trainer.connect() as client:
        for run_id in runs:
            events = follow(client, run_id, "succeeded", "failed", "interrupted", "lost")
            assert states_of(events)[-1] == "succeeded"
            assert_dense(events)
            steps = [event["data"]["step"] for event in events if event["type"] == "run.metric"]
            assert steps == list(range(1, 61))
    for run_id in runs:
        assert start_time(launcher_of(trainer, run_id)["pid"]) is None
        assert not list((trainer.data / f"runs/{run_id}").glob("attempt-2"))


def test_runs_wait_for_the_only_place_in_order(client):
    first = client.launch({"end": "hang"})["runId"]
    second, third = (client.launch({"steps": 1})["runId"] for _ in range(2))
    follow(client, first, "running")
    client.call("runs.subscribe", runId=second, afterSeq=0)
    client.until(lambda: any(event["data"].get("reason") == "waiting_gpu" for event in client.events(second)))
    client.call("runs.cancel", runId=first)
    client.until_state(first, "cancelled")
    follow(client, second, "succeeded")
    follow(client, third, "succeeded")
    second_run, third_run = (client.call("runs.get", runId=one)["run"] for one in (second, third))
    assert second_run["endedAt"] <= third_run["startedAt"]


def test_a_cancelled_run_saves_and_ends(client):
    run_id = client.launch({"steps": 1000, "delayS": 0.05})["runId"]
    client.call("runs.subscribe", runId=run_id, afterSeq=0)
    client.until(lambda: [event for event in client.events(run_id) if event["type"] == "run.checkpoint"])
    assert client.call("runs.cancel", runId=run_id)["run"]["state"] == "cancelling"
    state = client.until_state(run_id, "cancelled")
    assert (state["reason"], state["fault"], state["final"], state.get("forced")) == ("user", "user", True, None)
    assert states_of(client.events(run_id))[-2:] == ["cancelling", "cancelled"]
    again = client.call("runs.cancel", runId=run_id)["run"]
    assert again["state"] == "cancelled"


def test_a_deaf_worker_and_its_children_are_killed_after_the_grace_time(trainer, client):
    orders = {"steps": 100_000, "delayS": 0.02, "ignoreTerm": True, "child": ["sleep", "300"]}
    run_id = client.launch(orders)["runId"]
    follow(client, run_id, "running")
    launcher = launcher_of(trainer, run_id)["pid"]
    worker = children_of(launcher)[0]
    everyone = [launcher, worker, *children_of(worker)]
    assert len(everyone) == 3
    client.call("runs.cancel", runId=run_id, graceS=1)
    assert client.until_state(run_id, "cancelled")["forced"] is True
    assert [start_time(pid) for pid in everyone] == [None] * 3


def test_a_waiting_run_is_cancelled_at_once(client):
    blocker = client.launch({"end": "hang"})["runId"]
    follow(client, blocker, "running")
    waiting = client.launch({})["runId"]
    assert client.call("runs.cancel", runId=waiting)["run"]["state"] == "cancelled"
    client.call("runs.cancel", runId=blocker)
    client.until_state(blocker, "cancelled")


@pytest.mark.parametrize(
    ("end", "reason", "fault"),
    [
        ("failed:oom_gpu", "oom_gpu", "user"),
        ("failed:disk_full", "disk_full", "system"),
        ("failed:made_up", "worker_crash", "system"),
        ("crash:3", "worker_crash", "system"),
        ("signal:11", "worker_crash", "system"),
        ("signal:9", "worker_crash", "system"),
    ],
)
def test_a_failure_is_named(client, end, reason, fault):
    state, events = client.run_to_end({"end": end, "steps": 2})
    assert (state["state"], state["reason"], state["fault"]) == ("failed", reason, fault)
    assert (events[-2]["type"], events[-2]["data"]["code"]) == ("run.error", reason)
    run = client.call("runs.get", runId=events[0]["runId"])["run"]
    assert run["error"]["code"] == reason


def test_a_worker_killed_from_outside_is_interrupted_and_resumed(trainer, client):
    run_id = client.launch({"steps": 30, "delayS": 0.05})["runId"]
    client.call("runs.subscribe", runId=run_id, afterSeq=0)
    client.until(lambda: [event for event in client.events(run_id) if event["type"] == "run.checkpoint"])
    os.killpg(launcher_of(trainer, run_id)["pid"], signal.SIGKILL)
    state = client.until_state(run_id, "interrupted")
    assert (state["reason"], state["fault"], state["final"]) == ("external_cancel", "system", False)
    answer = client.call("runs.resume", runId=run_id, idempotencyKey="a1e6b0c4-93d2-4f57-b8aa-06c1d7e52f38")
    assert (answer["continued"], answer["run"]["attempt"], answer["run"]["reason"]) == (True, 2, "resumed")
    repeated = client.call("runs.resume", runId=run_id, idempotencyKey="a1e6b0c4-93d2-4f57-b8aa-06c1d7e52f38")
    assert repeated["run"]["attempt"] == 2
    assert client.until_state(run_id, "succeeded", "failed")["state"] == "succeeded"
    events = client.events(run_id)
    assert_dense(events)
    checkpoint = max(e["data"]["step"] for e in events if e["type"] == "run.checkpoint" and e["attempt"] == 1)
    running = [e["data"] for e in events if e["type"] == "run.state" and e["data"]["state"] == "running"]
    assert [one["fromStep"] for one in running] == [0, checkpoint]


def test_a_failed_run_is_resumed_as_a_new_one(client):
    _, events = client.run_to_end({"end": "crash:3", "steps": 6})
    old = events[0]["runId"]
    answer = client.call("runs.resume", runId=old, idempotencyKey="b1e6b0c4-93d2-4f57-b8aa-06c1d7e52f38")
    run = answer["run"]
    assert (answer["continued"], run["parentRunId"], run["attempt"]) == (False, old, 1)
    events = follow(client, run["runId"], "failed")
    running = [e["data"] for e in events if e["type"] == "run.state" and e["data"]["state"] == "running"]
    assert running[0]["fromStep"] == 6


def test_a_superseded_worker_writes_no_more(trainer, client):
    run_id = client.launch({"steps": 1000, "delayS": 0.05})["runId"]
    follow(client, run_id, "running")
    current = trainer.data / f"runs/{run_id}/current"
    current.write_text("2")
    folder = trainer.data / f"runs/{run_id}/attempt-1"
    wait_for(lambda: (folder / "exit.json").exists())
    assert json.loads((folder / "exit.json").read_text())["code"] == 75


def test_a_megabyte_of_stderr_stalls_nothing(make_trainer):
    trainer = make_trainer()
    with trainer.connect() as client:
        run_id = client.launch({"stderrBytes": 1_500_000, "steps": 3})["runId"]
    # Nobody listens while it runs.
    folder = trainer.data / f"runs/{run_id}/attempt-1"
    wait_for(lambda: (folder / "exit.json").exists())
    with trainer.connect() as client:
        events = follow(client, run_id, "succeeded")
        warnings = [event["data"]["code"] for event in events if event["type"] == "run.warning"]
        assert warnings == ["log_throttled"]
        assert len([event for event in events if event["type"] == "run.log"]) < 100
        assert client.call("logs.read", runId=run_id, stream="worker", offset=0)["size"] > 1_400_000


def test_garbage_in_the_event_file_is_one_warning_a_line(client):
    state, events = client.run_to_end({"garbage": True})
    assert state["state"] == "succeeded"
    warnings = [event["data"]["code"] for event in events if event["type"] == "run.warning"]
    assert warnings == ["event_unreadable"] * 2


def test_a_loss_that_is_not_finite_arrives_as_null(client):
    _, events = client.run_to_end({"nonFiniteAt": 3})
    third = [event["data"] for event in events if event["type"] == "run.metric"][2]
    assert (third["loss"], third["nonFinite"]) == (None, {"loss": "nan"})


def test_a_lost_database_is_rebuilt_under_a_new_epoch(make_trainer):
    trainer = make_trainer()
    with trainer.connect() as client:
        epoch = client.hello["logEpoch"]
        _, events = client.run_to_end({}, title="before")
        going = client.launch({"steps": 60, "delayS": 0.05})["runId"]
        follow(client, going, "running")
    trainer.kill()
    for path in trainer.data.glob("trainer.db*"):
        path.unlink()
    trainer.token = trainer.cli("token", "add", "test").stdout.strip()
    (trainer.data / "trainer.db").unlink()
    trainer.start()
    trainer.token = trainer.cli("token", "add", "again").stdout.strip()
    with trainer.connect() as client:
        assert client.hello["logEpoch"] != epoch
        run = client.call("runs.get", runId=events[0]["runId"])["run"]
        assert (run["state"], run["title"]) == ("succeeded", "before")
        again = client.call("runs.events", runId=run["runId"], afterSeq=0, limit=1000)["events"]
        assert [e for e in again if e["type"] == "run.metric"] == [
            {k: v for k, v in e.items() if k != "runId"} | {"seq": a["seq"]}
            for e, a in zip(
                [e for e in events if e["type"] == "run.metric"],
                [a for a in again if a["type"] == "run.metric"],
                strict=True,
            )
        ]
        # A worker that is still alive is adopted.
        assert states_of(follow(client, going, "succeeded", "interrupted", "failed"))[-1] == "succeeded"
