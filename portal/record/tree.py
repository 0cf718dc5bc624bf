"""The tree over the ledger: one hash that stands for every entry, and short proofs that one entry is under it.

A Merkle tree as in RFC 9162: a leaf is SHA-256 of a zero byte and an entry's hash, a node that of a one byte and the
two below it. Pairs are joined from the left, level by level; a last one without a partner goes up as it is.
"""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


class Tree:
    """The tree over these hashes (64 hexadecimal characters each), in the order of the ledger."""

    def __init__(self, hashes: Sequence[str]) -> None:
        self.levels = [[hashlib.sha256(b"\0" + bytes.fromhex(each)).digest() for each in hashes]]
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            pairs = zip(below[::2], below[1::2], strict=False)
            level = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
            self.levels.append(level + below[len(level) * 2 :])

    @property
    def root(self) -> str:
        """The hash at the top, in 64 hexadecimal characters."""
        return (self.levels[-1][0] if self.levels[-1] else EMPTY).hex()

    def path(self, number: int) -> list[str]:
        """What stands beside the way from an entry (1 is the first) to the top, from below; IndexError without it."""
        index, path = number - 1, []
        if not 0 <= index < len(self.levels[0]):
            raise IndexError(number)
        for level in self.levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                path.append(level[beside].hex())
            index //= 2
        return path
