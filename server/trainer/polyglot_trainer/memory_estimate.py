"""Guesses the GPU memory of a training run; an assumption to be calibrated, shown with ± 25 % (trainer.md §6)."""

_GIB = 1024**3
# Share of a model's parameters that rank-16 adapters on all linear layers train, per unit of rank.
_LORA_SHARE_PER_RANK = 0.0004
# Width, layers and vocabulary of a decoder by its size in billions of parameters.
_SHAPES = ((2, 2048, 24, 151_936), (5, 2560, 34, 262_208), (10, 4096, 34, 128_256), (40, 5120, 64, 128_256))


def estimate_gib(spec: dict, billions: float) -> float:
    """Weights, gradients and Adam states, one hidden state per layer, logits."""
    parameters, train = billions * 1e9, spec["train"]
    half = train["precision"] == "bf16"
    weight = 0.6 if spec["mode"] == "qlora" else 2 if half or spec["mode"] == "lora" else 4
    trained = parameters if spec["mode"] == "full" else parameters * _LORA_SHARE_PER_RANK * spec["lora"]["r"]
    states = (2 if half else 4) + (2 if train["optimizer"] == "adamw_8bit" else 8)
    _, width, layers, vocabulary = next((shape for shape in _SHAPES if billions <= shape[0]), _SHAPES[-1])
    tokens = train["batchSize"] * spec["data"]["maxLength"]
    kept = 1 if train["gradientCheckpointing"] else 16
    activations = tokens * (layers * width * 2 * kept + vocabulary * 4)
    return round((parameters * weight + trained * states + activations) / _GIB, 1)
