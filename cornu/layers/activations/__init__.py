"""Activations that are layers because they have weights, masks or arguments."""
