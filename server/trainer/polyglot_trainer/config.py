"""Reads trainer.toml, the administrator's word. No message of a client changes anything in it."""

import sys
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from polyglot_trainer.limits import DEFAULT_PORT, Deadlines, Limits
from polyglot_trainer.template_names import TEMPLATE_NAMES


class ConfigError(Exception):
    """Something in trainer.toml that the administrator must change."""


@dataclass(frozen=True)
class Model:
    """One entry of the allow-list. Exactly one of `folder` and `hub` says where its weights come from."""

    id: str
    folder: Path | None = None
    hub: bool = False
    hub_token: bool = False
    revisions: tuple[str, ...] = ("main",)
    templates: tuple[str, ...] = TEMPLATE_NAMES
    # Billions; for the memory estimate before any weight was read.
    parameters: float | None = None


@dataclass(frozen=True)
class Profile:
    name: str
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Engine:
    name: str
    options: dict = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()

    def profile(self, name: str | None) -> Profile | None:
        if name is None:
            return self.profiles[0] if self.profiles else None
        return next((profile for profile in self.profiles if profile.name == name), None)


@dataclass(frozen=True)
class Config:
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    data: Path = Path("data")
    certificate: Path | None = None
    key: Path | None = None
    limits: Limits = field(default_factory=Limits)
    worker: tuple[str, ...] = (sys.executable, "-m", "polyglot_trainer", "worker")
    models: tuple[Model, ...] = ()
    engines: tuple[Engine, ...] = (Engine("local"),)
    # Interpreters of optional backends, each with its own environment.
    unsloth: str | None = None
    lighteval: str | None = None
    # Off where the models are not on the service's machine, as on a login node.
    full_preflight: bool = True
    deadlines: Deadlines = field(default_factory=Deadlines)
    # Below this much free space runs are warned of a full disk to come.
    low_disk_bytes: int = 5 * 1024**3

    def model(self, id: str) -> Model | None:
        return next((model for model in self.models if model.id == id), None)

    def engine(self, name: str) -> Engine | None:
        return next((engine for engine in self.engines if engine.name == name), None)

    @property
    def is_loopback(self) -> bool:
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


def read_config(path: Path) -> Config:
    """Raises ConfigError that names the entry. Paths in the file are relative to it."""
    try:
        raw = tomllib.loads(path.read_text("utf8"))
    except OSError as cause:
        raise ConfigError(f"{path}: {cause.strerror}. Write one, see the README of the trainer.") from cause
    except tomllib.TOMLDecodeError as cause:
        raise ConfigError(f"{path}: {cause}") from cause
    return parse_config(raw, path.parent)


def parse_config(raw: dict, folder: Path) -> Config:
    known = {"server", "limits", "deadlines", "worker", "model", "engine", "backend"}
    _refuse_unknown(raw, known, "the file")
    server = raw.get("server", {})
    _refuse_unknown(server, {"bind", "data", "certificate", "key", "storeGiB", "lowDiskGiB"}, "server")
    host, port = _bind(server.get("bind", f"127.0.0.1:{DEFAULT_PORT}"))
    backends = raw.get("backend", {})
    _refuse_unknown(backends, {"unsloth", "lighteval"}, "backend")
    worker = raw.get("worker", {})
    _refuse_unknown(worker, {"command", "fullPreflight"}, "worker")
    return Config(
        host=host,
        port=port,
        data=folder / server.get("data", "data"),
        certificate=_path(folder, server.get("certificate")),
        key=_path(folder, server.get("key")),
        limits=_limits(raw.get("limits", {}), server.get("storeGiB")),
        deadlines=_deadlines(raw.get("deadlines", {})),
        low_disk_bytes=int(server.get("lowDiskGiB", 5) * 1024**3),
        worker=tuple(worker.get("command", Config.worker)),
        models=tuple(_model(entry, folder) for entry in raw.get("model", [])),
        engines=_engines(raw.get("engine", {})),
        unsloth=backends.get("unsloth", {}).get("python"),
        lighteval=backends.get("lighteval", {}).get("python"),
        full_preflight=bool(worker.get("fullPreflight", True)),
    )


def _bind(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f'server.bind: {text!r} is not HOST:PORT, for example "127.0.0.1:8917".')
    return host.strip("[]"), int(port)


def _limits(given: dict, store_gib: float | None) -> Limits:
    names = {field.name for field in fields(Limits)}
    _refuse_unknown(given, names, "limits")
    for name in ("outboundMessageBytes", "eventBytes", "frameBytes"):
        if given.get(name, 0) > getattr(Limits(), name):
            raise ConfigError(f"limits.{name}: {getattr(Limits(), name)} is the fixed maximum.")
    store = {} if store_gib is None else {"storeBytes": int(store_gib * 1024**3)}
    return Limits(**{**store, **given})


def _deadlines(given: dict) -> Deadlines:
    _refuse_unknown(given, {field.name for field in fields(Deadlines)}, "deadlines")
    return Deadlines(**given)


def _model(entry: dict, folder: Path) -> Model:
    known = {"id", "folder", "hub", "hubToken", "revisions", "templates", "parameters"}
    _refuse_unknown(entry, known, "model")
    id = entry.get("id")
    if not id:
        raise ConfigError("model: an entry without id.")
    if bool(entry.get("folder")) == bool(entry.get("hub")):
        raise ConfigError(f"model {id}: give either folder or hub = true.")
    if entry.get("hub") and not entry.get("revisions"):
        raise ConfigError(f"model {id}: a model of the hub needs pinned revisions.")
    templates = tuple(entry.get("templates", TEMPLATE_NAMES))
    for template in templates:
        if template not in TEMPLATE_NAMES:
            raise ConfigError(f"model {id}: template {template!r} is not one of {', '.join(TEMPLATE_NAMES)}.")
    return Model(
        id=id,
        folder=_path(folder, entry.get("folder")),
        hub=bool(entry.get("hub")),
        hub_token=bool(entry.get("hubToken")),
        revisions=tuple(entry.get("revisions", ("main",))),
        templates=templates,
        parameters=entry.get("parameters"),
    )


def _engines(raw: dict) -> tuple[Engine, ...]:
    _refuse_unknown(raw, {"local", "slurm", "ray"}, "engine")
    engines = []
    for name, entry in {"local": {}, **raw}.items():
        profiles = tuple(Profile(label, options) for label, options in entry.get("profile", {}).items())
        options = {key: value for key, value in entry.items() if key != "profile"}
        if options.get("off"):
            continue
        engines.append(Engine(name, options, profiles))
    return tuple(engines)


def _path(folder: Path, text: str | None) -> Path | None:
    return None if text is None else folder / Path(text).expanduser()


def _refuse_unknown(entry: dict, known: set[str], where: str) -> None:
    for name in entry:
        if name not in known:
            raise ConfigError(f"{where}: unknown entry {name!r}; known are {', '.join(sorted(known))}.")
