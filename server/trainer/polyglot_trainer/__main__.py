"""Lets `python -m polyglot_trainer` do what the console script does."""

import sys

from polyglot_trainer.cli import main

sys.exit(main())
