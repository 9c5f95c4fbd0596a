"""The ledger's arithmetic: what is hashed, how lines make one tree, how the head of it is signed."""

from palier.ledger.rules.lines import GENESIS, Audience, Fault, Line, canonical, commitment, digest, exact, sha256_of

__all__ = ["GENESIS", "Audience", "Fault", "Line", "canonical", "commitment", "digest", "exact", "sha256_of"]
