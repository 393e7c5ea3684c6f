"""Layers that make fitting harder on purpose: dropout, noise, penalties."""
