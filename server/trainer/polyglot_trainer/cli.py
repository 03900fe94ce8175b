"""The command line: serve, token, doctor, worker, gc."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from polyglot_trainer import __version__
from polyglot_trainer.config import Config, ConfigError, read_config

UNUSABLE = 2


def main(argv: list[str] | None = None) -> int:
    os.umask(0o077)
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="polyglot-trainer", description="The GPU trainer of Polyglot Lens.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _command(commands, "serve", _serve, "answer on the websocket and follow runs")
    serve.add_argument("--insecure-i-know", action="store_true", help="listen beyond this machine without TLS")
    token = commands.add_parser("token", help="add, list or revoke tokens")
    actions = token.add_subparsers(required=True, metavar="ACTION")
    _command(actions, "add", _token_add, "make a token; it is shown once").add_argument("name")
    _command(actions, "list", _token_list, "names of the tokens")
    _command(actions, "revoke", _token_revoke, "end a token and its connections").add_argument("name")
    _command(commands, "doctor", _doctor, "say what this machine can do and what to fix")
    gc = _command(commands, "gc", _gc, "remove datasets that no run refers to")
    gc.add_argument("--days", type=float, default=30, help="only datasets at least this old (default 30)")
    worker = commands.add_parser("worker", help="train or evaluate in a run folder (started by the engines)")
    worker.add_argument("folder", type=Path)
    worker.add_argument("attempt", type=int)
    worker.add_argument("--check", action="store_true", help="look at the data only and write check.json")
    worker.set_defaults(run=_worker)
    return parser


def _command(commands, name: str, run, help: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help)
    parser.add_argument("--config", type=Path, default=Path("trainer.toml"), help="default: trainer.toml")
    parser.set_defaults(run=run)
    return parser


def _serve(arguments) -> int:
    from polyglot_trainer.serve import serve_forever

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    # The library tells of every refused or broken handshake; scanners would fill the log.
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    config = read_config(arguments.config)
    stop = asyncio.Event()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve_forever(config, stop, insecure=arguments.insecure_i_know)

    asyncio.run(serve())
    return 0


def _tokens(config: Config):
    from polyglot_trainer.store.database import Database
    from polyglot_trainer.store.tokens import Tokens

    return Tokens(Database(config.data / "trainer.db"))


def _token_add(arguments) -> int:
    try:
        token = _tokens(read_config(arguments.config)).add(arguments.name)
    except ValueError as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    print(token)
    print("Copy it now: only its hash is kept.", file=sys.stderr)
    return 0


def _token_list(arguments) -> int:
    for name, created_at in _tokens(read_config(arguments.config)).names():
        print(f"{name}\t{created_at}")
    return 0


def _token_revoke(arguments) -> int:
    if _tokens(read_config(arguments.config)).revoke(arguments.name):
        return 0
    print(f"There is no token named {arguments.name!r}.", file=sys.stderr)
    return UNUSABLE


def _doctor(arguments) -> int:
    from polyglot_trainer.doctor import examine

    findings = examine(read_config(arguments.config))
    for finding in findings:
        print(finding)
    return 1 if any(finding.mark == "fix" for finding in findings) else 0


def _gc(arguments) -> int:
    from polyglot_trainer.store.database import Database
    from polyglot_trainer.store.datasets import Datasets

    config = read_config(arguments.config)
    removed = Datasets(Database(config.data / "trainer.db"), config.data, config.limits).collect(
        arguments.days * 24 * 3600
    )
    for sha256 in removed:
        print(sha256)
    return 0


def _worker(arguments) -> int:
    from polyglot_trainer.worker.main import run

    return run(arguments.folder, arguments.attempt, check=arguments.check)
