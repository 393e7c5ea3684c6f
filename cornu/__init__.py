"""Cornu: the functional deep-learning API on one engine."""
