"""Models: graphs of layers, chains of layers, and classes of your own."""

from cornu.core import registry
from cornu.models.cloning import clone_model
from cornu.models.model import Functional, Model, model_from_json
from cornu.models.sequential import Sequential
from cornu.saving import load_model, save_model

__all__ = ["Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]

# Keras does not export Functional, so its files name a private place (file format, section 2).
registry.publish("keras.src.models.functional", __name__, ["Functional"])
registry.publish("keras", __name__, ["Sequential", "Model"])
registry.publish("keras.models", __name__, ["Functional", "Sequential", "Model"])
registry.publish("keras.src.models.sequential", __name__, ["Sequential"])
