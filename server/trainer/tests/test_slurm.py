"""Runs on a real one-node Slurm cluster, and on commands that fail as clusters do."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from client import key
from slurm_cluster import Cluster, Unavailable, rsync_command, unpack
from test_supervision import assert_dense, follow, states_of, wait_for

CACHE = Path(__file__).resolve().parents[3] / ".cache/slurm"
SLURM = {"engine": {"name": "slurm", "gpus": 0}}
TOML = f"""[engine.slurm]
lookEveryS = 0.3
arrayAfterS = 0.5
python = "{sys.executable}"
[engine.slurm.profile.main]
sbatch = ["--partition=main", "--time=2"]
warningS = 100
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    try:
        made = Cluster(tmp_path_factory.mktemp("slurm"), unpack(CACHE)).start()
    except (Unavailable, OSError, subprocess.SubprocessError) as reason:
        pytest.skip(f"no Slurm cluster here: {reason}")
    yield made
    made.stop()


@pytest.fixture
def on_cluster(cluster, make_trainer):
    names = ("SLURM_CONF", "LD_LIBRARY_PATH", "PATH")
    return make_trainer(TOML, env={name: cluster.environment[name] for name in names})


def job_of(client, run_id: str) -> str:
    return wait_for(lambda: client.call("runs.get", runId=run_id)["run"]["engineHandle"])


def runs_again(cluster, job: str) -> bool:
    cluster.run("scontrol", "update", f"job={job}", "StartTime=now")
    return cluster.run("squeue", "-h", "-j", job, "-o", "%T").stdout.strip() == "RUNNING"


def test_a_job_trains_to_its_end(on_cluster):
    with on_cluster.connect() as client:
        state, events = client.run_to_end({}, spec=SLURM)
        assert (state["state"], state["engine"]) == ("succeeded", "slurm")
        assert state["engineHandle"].isdigit()
        assert_dense(events)
        assert "waiting_scheduler" in [event["data"].get("reason") for event in events]
        assert [one["name"] for one in client.call("artifacts.list", runId=events[0]["runId"])["artifacts"]]


@pytest.mark.parametrize(("end", "reason"), [("crash:7", "worker_crash"), ("failed:oom_gpu", "oom_gpu")])
def test_a_failing_job_is_named(on_cluster, end, reason):
    with on_cluster.connect() as client:
        state, _ = client.run_to_end({"end": end}, spec=SLURM)
        assert (state["state"], state["reason"]) == ("failed", reason)


def test_a_cancelled_job_saves_and_is_cancelled(on_cluster):
    with on_cluster.connect() as client:
        run_id = client.launch({"steps": 10_000, "delayS": 0.05, "saveEvery": 100_000}, spec=SLURM)["runId"]
        follow(client, run_id, "running")
        # Before the first step there is nothing to save.
        client.until(lambda: [event for event in client.events(run_id) if event["type"] == "run.metric"])
        client.call("runs.cancel", runId=run_id)
        state = client.until_state(run_id, "cancelled", "failed", "interrupted")
        assert (state["state"], state.get("forced")) == ("cancelled", None)
        assert [event for event in client.events(run_id) if event["type"] == "run.checkpoint"]


def test_scancel_by_somebody_else_is_an_interruption(cluster, on_cluster):
    with on_cluster.connect() as client:
        run_id = client.launch({"steps": 10_000, "delayS": 0.05}, spec=SLURM)["runId"]
        follow(client, run_id, "running")
        cluster.run("scancel", job_of(client, run_id))
        state = client.until_state(run_id, "interrupted", "failed", "lost")
        assert (state["state"], state["reason"]) == ("interrupted", "external_cancel")


def test_a_warning_before_the_time_limit_saves(on_cluster):
    """Slurm sends USR2 100 s before the limit of 2 minutes, and by up to a minute early."""
    with on_cluster.connect() as client:
        run_id = client.launch({"steps": 100_000, "delayS": 0.05, "saveEvery": 10**6}, spec=SLURM)["runId"]
        follow(client, run_id, "running")
        state = client.until_state(run_id, "interrupted", "failed", timeout=100)
        assert (state["state"], state["reason"], state["final"]) == ("interrupted", "time_limit", False)
        assert [event for event in client.events(run_id) if event["type"] == "run.checkpoint"]
        answer = client.call("runs.resume", runId=run_id, idempotencyKey=key())
        assert (answer["continued"], answer["run"]["attempt"]) == (True, 2)
        client.call("runs.cancel", runId=run_id)


def test_a_service_killed_meanwhile_finds_the_job(on_cluster):
    with on_cluster.connect() as client:
        run_id = client.launch({"steps": 30, "delayS": 0.05}, spec=SLURM)["runId"]
        follow(client, run_id, "running")
    on_cluster.kill()
    on_cluster.start()
    with on_cluster.connect() as client:
        events = follow(client, run_id, "succeeded", "failed", "interrupted", "lost")
        assert states_of(events)[-1] == "succeeded"
        assert [event["data"]["step"] for event in events if event["type"] == "run.metric"] == list(range(1, 31))


def test_a_sweep_is_one_job_array_and_each_student_a_run(on_cluster):
    with on_cluster.connect() as client:
        orders = [{"steps": 4}, {"steps": 4, "end": "failed:nan_loss"}, {"steps": 10_000, "delayS": 0.05}]
        runs = [client.launch(order, spec=SLURM, group="sweep-1")["runId"] for order in orders]
        alone = client.launch({"steps": 4}, spec=SLURM)["runId"]
        for run_id in [*runs, alone]:
            client.call("runs.subscribe", runId=run_id, afterSeq=0)
        client.until_state(runs[2], "running", timeout=60)
        client.call("runs.cancel", runId=runs[2])
        ends = [client.until_state(run_id, "succeeded", "failed", "cancelled", timeout=60) for run_id in [*runs, alone]]
        assert [(end["state"], end["reason"]) for end in ends] == [
            ("succeeded", None),
            ("failed", "nan_loss"),
            ("cancelled", "user"),
            ("succeeded", None),
        ]
        handles = [job_of(client, run_id) for run_id in runs]
        assert [handle.split("_")[1] for handle in handles] == ["0", "1", "2"]
        assert len({handle.split("_")[0] for handle in handles}) == 1
        assert job_of(client, alone).isdigit()
        shown = client.call("runs.list", group="sweep-1")["runs"]
        assert sorted(run["runId"] for run in shown) == sorted(runs)
        for run_id in runs:
            assert_dense(client.events(run_id))


def test_a_service_killed_while_an_array_runs_finds_every_task(on_cluster):
    with on_cluster.connect() as client:
        orders = {"steps": 40, "delayS": 0.05}
        runs = [client.launch({**orders, "saveEvery": 10 + n}, spec=SLURM, group="sweep-2")["runId"] for n in range(2)]
        for run_id in runs:
            follow(client, run_id, "running")
    on_cluster.kill()
    on_cluster.start()
    with on_cluster.connect() as client:
        for run_id in runs:
            events = follow(client, run_id, "succeeded", "failed", "interrupted", "lost")
            assert [event["data"]["step"] for event in events if event["type"] == "run.metric"] == list(range(1, 41))


def test_a_requeued_job_goes_on_as_the_next_attempt(cluster, on_cluster):
    with on_cluster.connect() as client:
        run_id = client.launch({"steps": 60, "delayS": 0.1, "saveEvery": 5}, spec=SLURM)["runId"]
        follow(client, run_id, "running")
        client.until(lambda: [event for event in client.events(run_id) if event["type"] == "run.checkpoint"])
        job = job_of(client, run_id)
        assert cluster.run("scontrol", "requeue", job).returncode == 0
        client.until_state(run_id, "queued", timeout=60)
        # Slurm holds a requeued job back for two minutes from when its node has let go of it, now and then longer.
        wait_for(lambda: runs_again(cluster, job), timeout=240)
        state = client.until_state(run_id, "succeeded", "failed", "lost", timeout=90)
        assert state["state"] == "succeeded"
        said = [
            (one["data"]["state"], one["data"]["reason"]) for one in client.events(run_id) if one["type"] == "run.state"
        ]
        assert ("interrupted", "preempted") in said and ("queued", "requeued") in said
        run = client.call("runs.get", runId=run_id)["run"]
        assert (run["attempt"], run["engineHandle"]) == (2, job)
        started = [
            one["data"].get("fromStep") for one in client.events(run_id) if one["data"].get("state") == "running"
        ]
        assert started[0] == 0 and started[1] >= 5
        assert_dense(client.events(run_id))


@pytest.fixture
def on_far_cluster(cluster, make_trainer, tmp_path):
    """The cluster's run folders are copies somewhere else, brought there and back by rsync."""
    try:
        command = rsync_command(CACHE.with_name("rsync"))
    except (Unavailable, OSError, subprocess.SubprocessError) as reason:
        pytest.skip(f"no rsync here: {reason}")
    far = tmp_path / "far"
    toml = f"""[engine.slurm]
lookEveryS = 0.5
arrayAfterS = 0.5
python = "{sys.executable}"
[engine.slurm.profile.far]
sbatch = ["--partition=main", "--time=2"]
warningS = 30
copy = "{far}"
rsync = {json.dumps(command)}
"""
    names = ("SLURM_CONF", "LD_LIBRARY_PATH", "PATH")
    trainer = make_trainer(toml, env={name: cluster.environment[name] for name in names})
    trainer.far = far
    return trainer


def test_a_cluster_without_a_shared_disk_gets_copies_and_gives_them_back(on_far_cluster):
    with on_far_cluster.connect() as client:
        run_id = client.launch({"steps": 12, "delayS": 0.1, "saveEvery": 4}, spec=SLURM)["runId"]
        events = follow(client, run_id, "succeeded", "failed", "lost", "interrupted", timeout=60)
        assert states_of(events)[-1] == "succeeded"
        assert_dense(events)
        assert [event["data"]["step"] for event in events if event["type"] == "run.metric"] == list(range(1, 13))
        far, near = on_far_cluster.far / run_id, on_far_cluster.data / "runs" / run_id
        # The worker wrote over there alone.
        assert str(far) in (near / "attempt-1/job.sh").read_text()
        assert str(near) not in (near / "attempt-1/job.sh").read_text()
        (artifact, *_) = client.call("artifacts.list", runId=run_id)["artifacts"]
        assert (near / "out" / artifact["name"]).read_bytes() == (far / "out" / artifact["name"]).read_bytes()


def test_a_cancel_reaches_the_copy_and_its_checkpoint_comes_back(on_far_cluster):
    with on_far_cluster.connect() as client:
        orders = {"steps": 10_000, "delayS": 0.05, "saveEvery": 100_000}
        runs = [client.launch({**orders, "note": n}, spec=SLURM, group="far")["runId"] for n in range(2)]
        # One after the other: the node has room for one job.
        for run_id in runs:
            follow(client, run_id, "running", timeout=60)
            client.until(lambda run_id=run_id: [e for e in client.events(run_id) if e["type"] == "run.metric"])
            client.call("runs.cancel", runId=run_id)
            state = client.until_state(run_id, "cancelled", "failed", timeout=60)
            assert (state["state"], state.get("forced")) == ("cancelled", None)
            assert list((on_far_cluster.data / "runs" / run_id / "checkpoints").glob("*/manifest.json"))


FAKE = """#!/bin/sh
echo "$0 $*" >> {log}
[ -e {folder}/down ] && {{ echo "Unable to contact slurm controller" >&2; exit 1; }}
case "$(basename "$0")" in
	sbatch) [ -e {folder}/invalid ] && {{ echo "Invalid partition specified" >&2; exit 1; }}; echo 42 ;;
	squeue) cat {folder}/jobs 2>/dev/null || true ;;
	sacct) echo "Slurm accounting storage is disabled" >&2; exit 1 ;;
	scontrol) echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def fake(tmp_path, make_trainer):
    """Commands that print what the test wrote."""
    folder = tmp_path / "fake"
    folder.mkdir()
    for name in ("sbatch", "squeue", "sacct", "scontrol", "scancel"):
        path = folder / name
        path.write_text(FAKE.format(log=folder / "log", folder=folder))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    trainer = make_trainer(TOML, env={"PATH": f"{folder}:{os.environ['PATH']}"})
    trainer.fake = folder
    return trainer


def test_a_job_the_engine_forgot_is_lost_and_can_be_found_again(fake):
    with fake.connect() as client:
        (fake.fake / "jobs").write_text("")
        run_id = client.launch({}, spec=SLURM)["runId"]
        events = follow(client, run_id, "lost")
        assert events[-1]["data"]["reason"] == "engine_forgot"
        (fake.fake / "jobs").write_text("42|PENDING|Resources\n")
        client.until_state(run_id, "queued")
        client.call("runs.cancel", runId=run_id)
        (fake.fake / "jobs").write_text("42|CANCELLED|None\n")
        assert client.until_state(run_id, "cancelled")["final"] is True
        assert "scancel 42" in (fake.fake / "log").read_text()


def test_a_silent_controller_changes_no_state(fake):
    with fake.connect() as client:
        (fake.fake / "jobs").write_text("42|PENDING|Priority\n")
        run_id = client.launch({}, spec=SLURM)["runId"]
        client.call("runs.subscribe", runId=run_id, afterSeq=0)
        client.until(lambda: any(e["data"].get("reason") == "waiting_scheduler" for e in client.events(run_id)))
        (fake.fake / "down").touch()
        client.until(lambda: [e for e in client.events(run_id) if e["type"] == "run.warning"])
        assert client.call("runs.get", runId=run_id)["run"]["state"] == "queued"
        engines = {one["name"]: one for one in client.call("server.info")["engines"]}
        assert engines["slurm"]["reachable"] is False
        codes = [event["data"]["code"] for event in client.events(run_id) if event["type"] == "run.warning"]
        assert codes == ["engine_unreachable"]


def test_a_job_that_slurm_refuses_has_failed(fake):
    (fake.fake / "invalid").touch()
    with fake.connect() as client:
        state, events = client.run_to_end({}, spec=SLURM)
        assert (state["state"], state["reason"]) == ("failed", "engine_rejected")
        assert "Invalid partition" in events[-2]["data"]["message"]


def test_a_job_known_by_name_is_not_submitted_again(fake):
    (fake.fake / "jobs").write_text("77|RUNNING|None\n")
    with fake.connect() as client:
        run_id = client.launch({}, spec=SLURM)["runId"]
        assert job_of(client, run_id) == "77"
        log = (fake.fake / "log").read_text()
        assert f"--name {run_id}-a1" in log
        assert "sbatch" not in log.replace("sbatch-", "")
