"""Trains and evaluates in a run folder. Only here is torch imported, and only when a run begins."""
