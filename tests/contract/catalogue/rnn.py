"""Lines of ``layers/rnn``."""

import numpy as np

from tests.contract.catalogue.line import Line, inner, lines

SHAPE = (2, 4, 3)
UNKNOWN = (None, None, 3)
MASK = np.array([[True, True, False, True], [False, False, True, False]])
BOTH = {"return_sequences": True, "return_state": True}
KINDS = ("LSTM", "GRU", "SimpleRNN")
LINES = [
    *(Line(kind, SHAPE, {"units": 2}, unknown=UNKNOWN) for kind in KINDS),
    *(
        Line(kind, SHAPE, {"units": 2, **BOTH, "go_backwards": back, "zero_output_for_mask": back}, call={"mask": MASK})
        for kind in KINDS
        for back in (False, True)
    ),
    *(Line(kind, SHAPE, {"units": 2, "activation": "relu", **BOTH}, call={"mask": MASK}) for kind in KINDS),
    *(
        Line(kind, SHAPE, {"units": 2, "unroll": True, "use_bias": False, "go_backwards": True}, call={"mask": MASK})
        for kind in KINDS
    ),
    Line("LSTM", SHAPE, {"units": 2, "recurrent_activation": "hard_sigmoid", "unit_forget_bias": False}),
    Line("LSTM", SHAPE, {"units": 2, "use_bias": False}),
    *lines("GRU", SHAPE, {"units": 2, "reset_after": False}, {"units": 2, "reset_after": False, "activation": "relu"}),
    Line("GRU", SHAPE, {"units": 2, "use_bias": False}),
    Line("RNN", SHAPE, {"cell": inner("LSTMCell", units=2), **BOTH}, unknown=UNKNOWN),
    Line(
        "RNN",
        SHAPE,
        {"cell": [inner("LSTMCell", units=2), inner("GRUCell", units=3), inner("SimpleRNNCell", units=2)], **BOTH},
        call={"mask": MASK},
        unknown=UNKNOWN,
    ),
    *(
        Line("Bidirectional", SHAPE, {"layer": inner("LSTM", units=2), "merge_mode": mode}, call={"mask": MASK})
        for mode in ("concat", "sum", "mul", "ave", None)
    ),
    Line("Bidirectional", SHAPE, {"layer": inner("GRU", units=2, **BOTH)}, unknown=UNKNOWN, call={"mask": MASK}),
    Line(
        "Bidirectional",
        SHAPE,
        {
            "layer": inner("GRU", units=2, return_sequences=True),
            "backward_layer": inner("SimpleRNN", units=2, return_sequences=True, go_backwards=True),
            "merge_mode": "sum",
        },
    ),
    Line("TimeDistributed", SHAPE, {"layer": inner("Dense", units=2)}, unknown=UNKNOWN),
    Line("TimeDistributed", (2, 3, 4, 2), {"layer": inner("LSTM", units=2, return_sequences=True)}),
]
