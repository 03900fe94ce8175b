"""Ray Jobs over REST: a small server that starts real processes as Ray would, and its failures."""

import json
import os
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_supervision import assert_dense, follow, states_of

from polyglot_trainer.config import ConfigError, parse_config
from polyglot_trainer.engines.known import make_engines

RAY = {"engine": {"name": "ray", "gpus": 0}}


class FakeRay(ThreadingHTTPServer):
    """Knows jobs by submission id; runs their entry points for real."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.jobs: dict[str, subprocess.Popen] = {}
        self.bodies: list[dict] = []
        self.stopped: set[str] = set()
        self.down = False

    def status(self, name: str) -> dict | None:
        job = self.jobs.get(name)
        if job is None:
            return None
        code = job.poll()
        state = (
            "STOPPED" if name in self.stopped else "RUNNING" if code is None else "SUCCEEDED" if code == 0 else "FAILED"
        )
        return {"submission_id": name, "status": state, "driver_exit_code": code}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status = self.server.status(self.path.removeprefix("/api/jobs/"))
        self.answer(503 if self.server.down else 200 if status else 404, status)

    def do_POST(self):
        if self.server.down:
            self.answer(503, None)
        elif self.path == "/api/jobs/":
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.bodies.append(body)
            env = {**os.environ, **body["runtime_env"]["env_vars"]}
            process = subprocess.Popen(body["entrypoint"], shell=True, env=env, start_new_session=True)
            self.server.jobs[body["submission_id"]] = process
            self.answer(200, {"submission_id": body["submission_id"]})
        else:
            name = self.path.split("/")[3]
            self.server.stopped.add(name)
            os.killpg(self.server.jobs[name].pid, signal.SIGKILL)
            self.answer(200, {"stopped": True})

    def answer(self, code: int, body) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def ray():
    server = FakeRay()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    for job in server.jobs.values():
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()


@pytest.fixture
def trainer(ray, make_trainer):
    return make_trainer(f'[engine.ray]\naddress = "http://127.0.0.1:{ray.server_port}"\n')


def test_a_ray_job_trains_to_its_end(ray, trainer):
    with trainer.connect() as client:
        state, events = client.run_to_end({}, spec=RAY)
        assert state["state"] == "succeeded"
        assert state["engineHandle"] == f"{events[0]['runId']}-a1"
        assert_dense(events)
        assert ray.bodies[0]["entrypoint_num_gpus"] == 0


def test_a_cancelled_ray_job_is_asked_by_its_flag_file(ray, trainer):
    with trainer.connect() as client:
        run_id = client.launch({"steps": 10_000, "delayS": 0.05}, spec=RAY)["runId"]
        follow(client, run_id, "running")
        client.call("runs.cancel", runId=run_id)
        assert client.until_state(run_id, "cancelled")["final"] is True
        assert ray.stopped == set()


def test_a_deaf_ray_job_is_stopped_by_force(ray, trainer):
    with trainer.connect() as client:
        run_id = client.launch({"steps": 10_000, "delayS": 0.05, "ignoreTerm": True}, spec=RAY)["runId"]
        follow(client, run_id, "running")
        client.call("runs.cancel", runId=run_id, graceS=1)
        assert client.until_state(run_id, "cancelled")["forced"] is True
        assert ray.stopped == {f"{run_id}-a1"}


def test_a_silent_cluster_changes_no_state_and_a_new_one_has_forgotten(ray, trainer):
    with trainer.connect() as client:
        run_id = client.launch({"end": "hang"}, spec=RAY)["runId"]
        follow(client, run_id, "running")
        ray.down = True
        client.until(lambda: [e for e in client.events(run_id) if e["type"] == "run.warning"])
        assert client.call("runs.get", runId=run_id)["run"]["state"] == "running"
        job = ray.jobs.pop(f"{run_id}-a1")
        ray.down = False
        assert client.until_state(run_id, "lost")["reason"] == "engine_forgot"
        # Resumed, the run gets a new attempt, and the old worker notices that it may no longer write.
        client.call("runs.resume", runId=run_id, idempotencyKey="c1e6b0c4-93d2-4f57-b8aa-06c1d7e52f38")
        client.until(lambda: states_of(client.events(run_id)).count("running") == 2)
        assert job.wait(20) == 75
        client.call("runs.cancel", runId=run_id)
        client.until_state(run_id, "cancelled")


def test_another_host_needs_a_token(monkeypatch, tmp_path):
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    config = parse_config({"engine": {"ray": {"address": "http://10.0.0.1:8265"}}}, tmp_path)
    with pytest.raises(ConfigError, match="not loopback"):
        make_engines(config, [])
