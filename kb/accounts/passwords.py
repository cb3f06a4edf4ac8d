"""Hashing of passwords with argon2id, with the parameters that were measured."""

import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.accounts.rules import LONGEST_PASSWORD, normalised

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # 40 ms; the library's default takes 450


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(normalised(password))


def fits(kept: str | None, typed: str) -> bool:
    """Say whether the password is the one that was kept; for None it takes as long and says no."""
    try:
        _HASHER.verify(_dummy() if kept is None else kept, normalised(typed[: LONGEST_PASSWORD + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Say whether other parameters made this hash, so that it should be made again."""
    return _HASHER.check_needs_rehash(kept)


@functools.cache
def _dummy() -> str:
    return _HASHER.hash("a password that nobody has")
