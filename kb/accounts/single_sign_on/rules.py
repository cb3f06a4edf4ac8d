"""Who somebody is to the provider, and what can go wrong on the way there and back."""

from dataclasses import dataclass
from http import HTTPStatus

from kb.errors import KbError


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is to the provider. ``email`` is empty unless the provider says that it is verified."""

    issuer: str
    subject: str
    name: str
    email: str


class RefusedError(KbError):
    """The provider said no, or what it said cannot be trusted."""

    status = HTTPStatus.FORBIDDEN
    title = "You could not be signed in this way"
    advice = "Try again, or sign in with your e-mail address and password."


class SilentError(KbError):
    """The provider does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Single sign-on does not answer"
    advice = "Try again in a minute, or sign in with your e-mail address and password."


class NoAccountError(RefusedError):
    """Nobody here is this person of the provider, and nothing allows to make an account."""

    title = "There is no account for you here yet"
    advice = (
        "Ask the hub of your network or a colleague to invite you. If you have an account with a password, sign in "
        "with it and connect the two on the page of your account."
    )
