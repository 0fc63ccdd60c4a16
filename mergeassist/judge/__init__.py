"""Candidates to calibrated probabilities, and the policy that acts on them."""
