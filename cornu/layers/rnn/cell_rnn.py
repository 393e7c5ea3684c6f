"""What LSTM, GRU and SimpleRNN share: a layer over a cell of the library, whose arguments it takes."""

from __future__ import annotations

from typing import Any, ClassVar

from cornu.core.declare import declared, field
from cornu.core.names import snake_case
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.rnn.cell import CellArguments
from cornu.layers.rnn.rnn import RNN


@declared
class CellRNN(CellArguments, RNN):
    """Base of layers that make their cell from their own arguments, of which the cell's are a part."""

    cell: Any = field(argument=False)
    activity_regularizer: Any = fields.regularizer(after="bias_regularizer")
    return_sequences: bool = field(False, after="seed")
    return_state: bool = field(False, after="return_sequences")
    go_backwards: bool = field(False, after="return_state")
    stateful: bool = field(False, after="go_backwards")
    unroll: bool = field(False, after="stateful")
    zero_output_for_mask: bool = field(False, hidden=True)

    cell_class: ClassVar[Any]  # a declared ``Cell``

    def check(self) -> None:
        """Make the cell that computes one step."""
        cell = self.cell_class
        arguments = {argument: getattr(self, argument) for argument in cell.__declared_fields__}
        self.cell = cell(**arguments, name=snake_case(cell.__name__), dtype=self.dtype_policy, trainable=self.trainable)
        self.dropout, self.recurrent_dropout = self.cell.dropout, self.cell.recurrent_dropout
        self.input_spec = InputSpec(ndim=3)
