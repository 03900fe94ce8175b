"""Fixtures: a trainer that runs for a whole file, one for a single test, and a connected client."""

import os
import sys
from pathlib import Path

import pytest

# Tiny models are faster on one thread, and other tests need the second core.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

from server import TrainerProcess


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    process = TrainerProcess(tmp_path_factory.mktemp("trainer")).start()
    yield process
    process.end()


@pytest.fixture
def client(trainer):
    with trainer.connect() as connected:
        yield connected


@pytest.fixture
def make_trainer(tmp_path):
    """Trainers of one test, with additions to their trainer.toml."""
    made = []

    def make(toml: str = "", **options):
        folder = tmp_path / f"trainer-{len(made)}"
        folder.mkdir()
        made.append(TrainerProcess(folder, toml, **options))
        return made[-1].start()

    yield make
    for process in made:
        process.end()
