"""The GPU trainer of Polyglot Lens: a service, a worker and their engines."""

__version__ = "0.1.0"
