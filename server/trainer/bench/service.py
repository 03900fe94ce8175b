"""Measures the service against the figures of its issue; prints one JSON line a figure. Exit code 1 if one is missed.

`python service.py [NAME…]`: append, ingest, replay, disconnects, kills, uploads, memory. Uses the tests' stub worker.
"""

import hashlib
import json
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from client import Client  # noqa: E402
from server import TrainerProcess  # noqa: E402

from polyglot_trainer.ingest import Ingest  # noqa: E402
from polyglot_trainer.process import start_time  # noqa: E402
from polyglot_trainer.run_folder import RunFolder  # noqa: E402
from polyglot_trainer.store.database import Database  # noqa: E402
from polyglot_trainer.store.runs import NewRun, Runs  # noqa: E402

QUICK_LIMITS = "limits = { requestsPerS = 100000, burst = 100000, launchesPerMinute = 100000, connections = 16 }\n"
METRIC = {
    "step": 1,
    "epoch": 0.1,
    "loss": 1.8342,
    "lr": 4.95e-05,
    "tokens": 402_311,
    "trainTokens": 402_311,
    "tokensPerS": 5120.5,
}


def figure(name: str, measured: float, unit: str, target: float, *, at_most: bool) -> bool:
    ok = measured <= target if at_most else measured >= target
    line = {"what": name, "measured": round(measured, 2), "unit": unit, "target": target, "ok": ok}
    print(json.dumps(line), flush=True)
    return ok


def bench_append(folder: Path) -> bool:
    """Events stored one by one, each in a transaction of its own, at synchronous FULL."""
    db = Database(folder / "bench.db")
    runs = Runs(db, lambda _: None)
    with db.transaction():
        run_id = runs.create(NewRun("train", {}, "local"))
    count, begun = 5000, time.perf_counter()
    for step in range(count):
        runs.append(run_id, "run.metric", {**METRIC, "step": step})
    took = time.perf_counter() - begun
    return figure("event append, each in a transaction of its own", count / took, "events/s", 2000, at_most=False)


def bench_ingest(folder: Path) -> bool:
    """Events as they come: a worker's file, read in pieces, one transaction at synchronous FULL for each."""
    db = Database(folder / "bench.db")
    runs = Runs(db, lambda _: None)
    with db.transaction():
        run_id = runs.create(NewRun("train", {}, "local"))
    run_folder = RunFolder(folder / run_id)
    ingest = Ingest(db, runs, lambda _: run_folder)
    events = run_folder.attempt(1).events
    events.parent.mkdir(parents=True)
    count, rounds, begun = 5000, 100, time.perf_counter()
    for start in range(0, count, count // rounds):
        with open(events, "a", encoding="utf8") as file:
            for step in range(start, start + count // rounds):
                line = {"n": step + 1, "ts": "2026-09-01T08:00:00.000Z", "type": "run.metric"}
                file.write(json.dumps({**line, "data": {**METRIC, "step": step}}) + "\n")
        ingest.take(run_id, 1)
    took = time.perf_counter() - begun
    stored = runs.row(run_id)["last_seq"] - 1
    if stored < count:
        raise AssertionError(f"{stored} of {count} events were stored.")
    return figure("event append, as a worker writes them", count / took, "events/s", 2000, at_most=False)


def bench_replay(folder: Path) -> bool:
    trainer = TrainerProcess(folder, QUICK_LIMITS)
    db = Database(trainer.data / "trainer.db")
    runs = Runs(db, lambda _: None)
    with db.transaction():
        run_id = runs.create(NewRun("train", {}, "local"))
        for step in range(9_998):
            runs.append(run_id, "run.metric", {**METRIC, "step": step})
        runs.to_state(run_id, "cancelled", reason="user")
    db.close()
    trainer.start()
    try:
        with trainer.connect() as client:
            begun = time.perf_counter()
            client.call("runs.subscribe", runId=run_id, afterSeq=0)
            client.until(lambda: len(client.notifications) >= 10_000)
            took = time.perf_counter() - begun
        return figure("replay of 10,000 events", took, "s", 1, at_most=True)
    finally:
        trainer.end()


def bench_disconnects(folder: Path) -> bool:
    """200 cuts at random moments; the client keeps its cursor and must see every event once."""
    trainer = TrainerProcess(folder, QUICK_LIMITS).start()
    chance, seen, cuts = random.Random(7), [], 0
    try:
        with trainer.connect() as client:
            run_id = client.launch({"steps": 5000, "delayS": 0.002, "saveEvery": 1000})["runId"]
        while not (seen and seen[-1]["data"].get("final")):
            client = trainer.connect()
            client.call("runs.subscribe", runId=run_id, afterSeq=len(seen))
            stop = time.monotonic() + (chance.random() * 0.06 if cuts < 201 else 600)
            while time.monotonic() < stop and not (seen and seen[-1]["data"].get("final")):
                try:
                    client.receive(max(0.001, stop - time.monotonic()))
                except TimeoutError:
                    break
                for event in client.events(run_id):
                    if event["seq"] == len(seen) + 1:
                        seen.append(event)
                client.notifications.clear()
            # Torn, not closed: as a lost link does.
            client.socket.socket.close()
            cuts += 1
        steps = [event["data"]["step"] for event in seen if event["type"] == "run.metric"]
        faults = len(set(range(1, 5001)) - set(steps)) + len(steps) - len(set(steps))
        figure("random disconnects", cuts - 1, "cuts", 200, at_most=False)
        return figure("gaps and duplicates after them", faults, "steps", 0, at_most=True)
    finally:
        trainer.end()


def bench_kills(folder: Path) -> bool:
    trainer = TrainerProcess(folder, QUICK_LIMITS + "engine = { local = { places = 4 } }\n").start()
    runs, orphans, lost = [], 0, 0
    try:
        for _ in range(20):
            with trainer.connect() as client:
                runs.append(client.launch({"steps": 40, "delayS": 0.02})["runId"])
            trainer.kill()
            trainer.start()
        with trainer.connect() as client:
            for run_id in runs:
                client.call("runs.subscribe", runId=run_id, afterSeq=0)
                client.until_state(run_id, "succeeded", "failed", "interrupted", "lost", timeout=120)
                steps = [e["data"]["step"] for e in client.events(run_id) if e["type"] == "run.metric"]
                lost += steps != list(range(1, 41))
        for path in trainer.data.glob("runs/*/attempt-*/launcher.json"):
            orphans += start_time(json.loads(path.read_text())["pid"]) is not None
        figure("runs lost in 20 kills of the service", lost, "runs", 0, at_most=True)
        return figure("orphans after 20 kills", orphans, "processes", 0, at_most=True)
    finally:
        trainer.end()


def bench_uploads(folder: Path) -> bool:
    """200 MB with 20 cuts, the checksum looked at by the service and here."""
    trainer = TrainerProcess(folder, QUICK_LIMITS).start()
    row = json.dumps({"prompt": "p", "response": "r" * 4000}).encode() + b"\n"
    content = row * (200 * 1024**2 // len(row) + 1)
    digest = hashlib.sha256(content).hexdigest()
    cut_at = sorted(random.Random(3).sample(range(len(content)), 20))
    begun = time.perf_counter()
    try:
        for end in [*cut_at, len(content)]:
            client = trainer.connect()
            asked = {"sha256": digest, "bytes": len(content), "kind": "sft-jsonl"}
            begin = client.call("datasets.begin", **asked)
            for offset in range(begin["offset"], end, 262_144):
                client.frame(begin["uploadId"], offset, content[offset : min(offset + 262_144, end)])
            if end < len(content):
                client.socket.socket.close()
        dataset = client.call("datasets.commit", uploadId=begin["uploadId"])["dataset"]
        took = time.perf_counter() - begun
        stored = trainer.data / "cas" / digest[:2] / digest
        with open(stored, "rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == digest and dataset["bytes"] == len(content)
        figure("upload of 200 MB with 20 cuts", took, "s", 60, at_most=True)
        ok = figure("its checksum is equal", int(same), "yes", 1, at_most=False)
        refusal = _code(client, sha256="0" * 64, bytes=2 * 1024**3 + 1, kind="sft-jsonl")
        return figure("2 GiB + 1 byte refused", int(refusal == "quota_exceeded"), "yes", 1, at_most=False) and ok
    finally:
        trainer.end()


def _code(client: Client, **params) -> str | None:
    try:
        client.call("datasets.begin", **params)
    except Exception as failure:
        return getattr(failure, "code", None)
    return None


def bench_memory(folder: Path) -> bool:
    """8 idle clients, one that asks for a long replay and never reads, and a run that goes on."""
    trainer = TrainerProcess(folder, QUICK_LIMITS).start()
    try:
        idle = [trainer.connect() for _ in range(8)]
        run_id = idle[0].launch({"steps": 4000, "delayS": 0, "saveEvery": 1000})["runId"]
        idle[0].call("runs.subscribe", runId=run_id, afterSeq=0)
        deaf = trainer.connect()
        idle[0].until_state(run_id, "succeeded", timeout=120)
        # About 40 MB of answers that nobody takes: the service must stop reading instead of keeping them.
        for _ in range(200):
            deaf.send("runs.events", runId=run_id, afterSeq=0, limit=1000)
        for _ in range(20):
            idle[1].call("server.info")
        peak = _resident_mib(trainer.process.pid, "VmHWM")
        return figure("service memory, 8 idle clients and 1 that never reads", peak, "MiB", 100, at_most=True)
    finally:
        trainer.end()


def _resident_mib(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


BENCHES = {
    "append": bench_append,
    "ingest": bench_ingest,
    "replay": bench_replay,
    "disconnects": bench_disconnects,
    "kills": bench_kills,
    "uploads": bench_uploads,
    "memory": bench_memory,
}


def main(names: list[str]) -> int:
    results = []
    for name in names or BENCHES:
        with tempfile.TemporaryDirectory(prefix="bench-") as path:
            results.append(BENCHES[name](Path(path)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
