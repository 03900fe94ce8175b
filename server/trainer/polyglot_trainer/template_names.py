"""The chat templates this trainer brings, one Jinja file each in templates/."""

TEMPLATE_NAMES = ("olmo3-chat", "gemma3-chat", "qwen3-chat", "llama3-chat")
