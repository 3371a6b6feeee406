"""The log of acts as people read it, and its proofs."""
