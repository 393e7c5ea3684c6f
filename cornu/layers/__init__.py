"""The layers."""

from cornu.core import registry
from cornu.layers.core.dense import Dense
from cornu.layers.core.input_layer import Input, InputLayer
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer

__all__ = ["Dense", "Input", "InputLayer", "InputSpec", "Layer"]
registry.publish("keras.layers", __name__)
