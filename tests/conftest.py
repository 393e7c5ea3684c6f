"""Settings that every test shares. They are made before JAX, Keras or Cornu is imported."""

import os

from hypothesis import settings

# Keras is the oracle. It picks its engine at import, and TensorFlow, its default, is not installed.
os.environ.setdefault("KERAS_BACKEND", "jax")

# Every test compiles what it measures. tests/kernels/test_compile_cache.py turns this on, in processes of its own.
os.environ["CORNU_COMPILATION_CACHE"] = "0"

# The same examples at every run, so that a red test is red because of the change under test.
# No deadline: the first example of a shape compiles. HYPOTHESIS_PROFILE=search looks further.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
