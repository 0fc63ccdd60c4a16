"""Merging of model weights."""
