"""The errors of the trainer protocol (§10): JSON-RPC code, and whether a repeat may help."""

TABLE = {
    "parse_error": (-32700, False),
    "invalid_request": (-32600, False),
    "method_not_found": (-32601, False),
    "invalid_params": (-32602, False),
    "internal": (-32603, True),
    "rate_limited": (-32000, True),
    "shutting_down": (-32000, True),
    "timeout": (-32000, True),
    "disk_full": (-32000, True),
}


class TrainerError(Exception):
    """A refusal that travels to the client. `details` join `code` and `retryable` in `error.data`."""

    def __init__(self, code: str, message: str, *, retryable: bool | None = None, **details):
        super().__init__(message)
        self.code = code
        self.details = details
        self.retryable = TABLE.get(code, (-32000, False))[1] if retryable is None else retryable

    def encode(self) -> dict:
        number = TABLE.get(self.code, (-32000, False))[0]
        data = {**self.details, "code": self.code, "retryable": self.retryable}
        return {"code": number, "message": str(self), "data": data}
