"""The layers that most models are made of."""
