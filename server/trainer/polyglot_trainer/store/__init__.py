"""What the service must not lose, in one SQLite file."""
