"""Layers that turn raw values into numbers: scales, bins, ids, hashes, vocabularies."""
