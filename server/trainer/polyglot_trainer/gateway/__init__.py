"""The websocket side of the service: upgrades, framing, subscriptions, methods."""
