"""Starts lighteval with our tasks alone: `python -m polyglot_trainer.run_lighteval …` in lighteval's interpreter.

Loading lighteval's own task files would download and unpickle a file from the internet (its tiny_benchmarks does so
when it is imported), and nothing is unpickled that this server did not write.
"""

import sys
import tempfile
from pathlib import Path

from lighteval.__main__ import app
from lighteval.tasks import registry


def main() -> None:
    with tempfile.TemporaryDirectory() as empty:
        for folder in ("tasks", "multilingual/tasks"):
            (Path(empty) / folder).mkdir(parents=True)
        # The registry looks for task files beside itself.
        registry.__file__ = str(Path(empty) / "registry.py")
        sys.argv[0] = "lighteval"
        app()


if __name__ == "__main__":
    main()
