"""What can go wrong in a way a person should hear about: each error has a status and says what to do next."""

from http import HTTPStatus
from typing import Any


class KbError(Exception):
    """An error with words for the person who meets it.

    ``status`` is the HTTP status of the page that says it; ``title`` its heading; ``advice`` what to do next.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "Something went wrong"
    advice = "Please try again in a minute."

    def __init__(self, message: str = "", **facts: Any) -> None:
        super().__init__(message or self.title)
        self.facts = facts


class NotFoundError(KbError):
    """There is no such record, or the viewer may not know of it: the two are never told apart."""

    status = HTTPStatus.NOT_FOUND
    title = "Page not found"
    advice = "Check the address, or search for what you need."


class ForbiddenError(KbError):
    """The viewer may read the record but not do this."""

    status = HTTPStatus.FORBIDDEN
    title = "You cannot do this"
    advice = "Ask the hub of your network if you think you should be able to."


class SignInNeededError(ForbiddenError):
    """Only people with an account may do this, and nobody has signed in."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Please sign in first"
    advice = "Sign in, then try again."


class TokenError(ForbiddenError):
    """A form came without the token of the person who sent it, or with one that is too old."""

    title = "Please send this once more"
    advice = "The page was open for a long time, or you signed in again. Nothing you typed is lost."


class WithdrawnError(KbError):
    """The record was published once and withdrawn since: its kind and the date are all that is left to see."""

    status = HTTPStatus.GONE
    title = "This record was withdrawn"
    advice = "The school or network that shared it took it back. Its address stays reserved."


class InvalidError(KbError):
    """Something that was typed or uploaded cannot be accepted."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Something needs to be changed first"
    advice = "Change what is named above and try again."


class LoopError(InvalidError):
    """A link would make a record its own ancestor."""

    title = "An idea cannot be its own ancestor"
    advice = "Choose another parent: this one already descends from the idea."


class ConflictError(KbError):
    """Somebody else changed the record in the meantime."""

    status = HTTPStatus.CONFLICT
    title = "The record was changed in the meantime"
    advice = "Look at the newer version, then save again."


class TooManyError(KbError):
    """Something was tried too often in a short time. ``facts["seconds"]``: when it may be tried again."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many tries"
    advice = "Please wait a little, then try again."

    def __init__(self, message: str = "", *, seconds: int) -> None:
        minutes = -(-seconds // 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(message or f"This was tried too often in a short time. Please wait {wait}.", seconds=seconds)


class SettingsError(KbError):
    """A setting is missing or makes no sense."""

    title = "A setting needs to be changed"
    advice = "Correct it where you set it and start again. All settings: docs/settings.md."
