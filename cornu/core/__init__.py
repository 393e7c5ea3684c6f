"""The ideas that everything else is made of. Read top to bottom in an hour:

``config`` and ``dtypes`` (defaults and number types), ``context`` (the one ambient object),
``declare`` (fields that are constructor, config and documentation at once), ``variable`` and ``module``
(a named tree of arrays), ``registry`` (object <-> JSON config), ``spec`` (shapes without running),
``graph`` (recorded calls), ``op`` (functions that can be recorded), ``pure`` (objects -> pure function).
"""
