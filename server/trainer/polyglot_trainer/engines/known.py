"""Makes the engines that trainer.toml names."""

from polyglot_trainer.config import Config, ConfigError
from polyglot_trainer.engines.engine import Engine
from polyglot_trainer.engines.local import LocalEngine
from polyglot_trainer.engines.ray_jobs import RayEngine
from polyglot_trainer.engines.slurm import SlurmEngine
from polyglot_trainer.gpus import Gpu


def make_engines(config: Config, gpus: list[Gpu]) -> dict[str, Engine]:
    return {engine.name: _make(config, engine, gpus) for engine in config.engines}


def _make(config: Config, engine, gpus: list[Gpu]) -> Engine:
    if engine.name == "local":
        return LocalEngine(len(gpus), engine.options.get("maxTimeLimitS"))
    if engine.name == "slurm":
        if not engine.profiles:
            raise ConfigError("engine.slurm needs at least one profile: [engine.slurm.profile.NAME].")
        return SlurmEngine(engine)
    if engine.name == "ray":
        return RayEngine(engine)
    raise ConfigError(f"engine.{engine.name} is not known.")
