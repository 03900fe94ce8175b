"""Runs on a real Ray cluster of one node, `ray start --head`, where Ray is installed; else the reason is printed."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest
from test_supervision import assert_dense, follow, states_of

COMMAND = os.environ.get("POLYGLOT_RAY")
RAY = {"engine": {"name": "ray", "gpus": 0}}

pytestmark = pytest.mark.skipif(
    COMMAND is None, reason="POLYGLOT_RAY names no `ray` command (python-tests.mjs sets it)"
)


@pytest.fixture(scope="module")
def address():
    # Ray's sockets have long names; under the test's own folder they would not fit into 107 bytes.
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    port, dashboard = _free_port(), _free_port()
    command = [COMMAND, "start", "--head", "--block", "--num-cpus=2", f"--temp-dir={folder}", f"--port={port}"]
    options = [f"--dashboard-port={dashboard}", "--dashboard-host=127.0.0.1", "--node-ip-address=127.0.0.1"]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_DISABLE_IMPORT_WARNING": "1"}
    log_path = os.path.join(folder, "head.log")
    with open(log_path, "wb") as log:
        head = subprocess.Popen(
            [*command, *options, "--disable-usage-stats"],
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{dashboard}"
    try:
        _wait_for(url, head, log_path)
        yield url
    finally:
        head.terminate()
        try:
            head.wait(30)
        except subprocess.TimeoutExpired:
            pass
        # Whatever it started is in its session; nothing else on this machine is.
        for pid in _session(head.pid):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_job_trains_to_its_end(address, make_trainer):
    trainer = make_trainer(f'[engine.ray]\naddress = "{address}"\n')
    with trainer.connect() as client:
        run_id = client.launch({"steps": 6}, spec=RAY)["runId"]
        events = follow(client, run_id, "succeeded", "failed", "lost", timeout=120)
        assert states_of(events) == ["queued", "queued", "preparing", "running", "finalizing", "succeeded"]
        assert_dense(events)
        run = client.call("runs.get", runId=run_id)["run"]
        assert (run["engine"], run["engineHandle"]) == ("ray", f"{run_id}-a1")


def test_a_failing_job_is_named_and_a_cancelled_one_saves(address, make_trainer):
    trainer = make_trainer(f'[engine.ray]\naddress = "{address}"\n')
    with trainer.connect() as client:
        failing = client.launch({"end": "failed:oom_gpu"}, spec=RAY)["runId"]
        events = follow(client, failing, "succeeded", "failed", "lost", timeout=120)
        assert (events[-1]["data"]["state"], events[-1]["data"]["reason"]) == ("failed", "oom_gpu")
        long = client.launch({"steps": 10_000, "delayS": 0.05, "saveEvery": 100_000}, spec=RAY)["runId"]
        follow(client, long, "running", timeout=120)
        client.until(lambda: [one for one in client.events(long) if one["type"] == "run.metric"])
        client.call("runs.cancel", runId=long)
        assert client.until_state(long, "cancelled", "failed", timeout=60)["state"] == "cancelled"
        assert [one for one in client.events(long) if one["type"] == "run.checkpoint"]


def test_a_deaf_job_is_stopped_by_ray(address, make_trainer):
    trainer = make_trainer(f'[engine.ray]\naddress = "{address}"\n')
    with trainer.connect() as client:
        run_id = client.launch({"steps": 10_000, "delayS": 0.05, "ignoreTerm": True}, spec=RAY)["runId"]
        follow(client, run_id, "running", timeout=120)
        client.call("runs.cancel", runId=run_id, graceS=1)
        assert client.until_state(run_id, "cancelled", "failed", timeout=60).get("forced") is True


def _wait_for(url: str, head: subprocess.Popen, log_path: str) -> None:
    end = time.monotonic() + 90
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end and head.poll() is None:
        try:
            opener.open(f"{url}/api/jobs/", timeout=5).read()
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.5)
    with open(log_path, errors="replace") as log:
        pytest.fail(f"Ray did not come up: {log.read()[-2000:]}")


def _session(leader: int) -> list[int]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(name)) == leader:
                found.append(int(name))
        except OSError:
            continue
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
