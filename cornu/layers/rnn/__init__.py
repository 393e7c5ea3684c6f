"""Layers that go through time step by step."""
