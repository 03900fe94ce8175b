"""What the service takes out of a run's folder when files come later than the words about them."""

import json

import pytest

from polyglot_trainer.clock import timestamp
from polyglot_trainer.ingest import Ingest
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.runs import NewRun, Runs

WEIGHTS = b"not really weights"


@pytest.fixture
def world(tmp_path):
    db = Database(tmp_path / "trainer.db")
    runs = Runs(db, lambda _: None)
    with db.transaction():
        run_id = runs.create(NewRun(kind="train", spec={}, engine="far"))
    folder = RunFolder(tmp_path / run_id)
    folder.prepare({}, {})
    folder.attempt(1).path.mkdir()
    return db, run_id, folder, Ingest(db, runs, lambda _: folder)


def tell(folder, size):
    data = {"name": "model/weights", "sha256": "0" * 64, "bytes": size, "kind": "model", "step": None}
    event = {"type": "artifact.ready", "ts": timestamp(), "data": data}
    folder.attempt(1).events.write_text(json.dumps(event) + "\n")


def told(db, run_id):
    rows = db.all("SELECT type FROM events WHERE run_id = ? AND type = 'artifact.ready'", run_id)
    return len(rows), [row["name"] for row in db.all("SELECT name FROM artifacts WHERE run_id = ?", run_id)]


def test_an_artifact_that_is_copied_after_its_event_is_noted_once_when_the_job_is_over(world):
    db, run_id, folder, ingest = world
    tell(folder, len(WEIGHTS))
    ingest.take(run_id, 1)
    assert told(db, run_id) == (0, [])
    (folder.out / "model").mkdir()
    (folder.out / "model/weights").write_bytes(WEIGHTS)
    ingest.take(run_id, 1, ended=True)
    ingest.take(run_id, 1, ended=True)
    assert told(db, run_id) == (1, ["model/weights"])


def test_an_artifact_that_never_comes_or_is_of_another_size_is_none(world):
    db, run_id, folder, ingest = world
    tell(folder, len(WEIGHTS) + 1)
    (folder.out / "model").mkdir()
    (folder.out / "model/weights").write_bytes(WEIGHTS)
    ingest.take(run_id, 1, ended=True)
    assert told(db, run_id) == (0, [])
