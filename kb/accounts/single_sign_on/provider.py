"""The OpenID Connect provider of the settings, asked through Authlib: code flow with PKCE, state and nonce."""

from collections.abc import Callable
from typing import Any

import flask
import werkzeug

from kb.accounts.single_sign_on.rules import Claims, RefusedError, SilentError
from kb.config import Settings
from kb.web.logs import log

TIMEOUT = 10  # seconds
_NAME = "sso"
_KEY = "kb.single_sign_on"


def begin(settings: Settings, return_to: str) -> werkzeug.Response:
    """Return the redirect to the provider; what belongs to this try stands in the browser's cookie."""
    for key in [key for key in flask.session if key.startswith(f"_state_{_NAME}_")]:
        del flask.session[key]  # one try at a time
    answer: werkzeug.Response = _asked(lambda: _client(settings).authorize_redirect(return_to))
    return answer


def finish(settings: Settings) -> Claims:
    """Return who came back, or raise RefusedError unless everything fits: state, nonce, issuer, audience, signature."""
    client = _client(settings)
    expected = {
        "iss": {"essential": True, "value": settings.oidc_issuer},
        "aud": {"essential": True, "value": settings.oidc_client_id},
        "sub": {"essential": True},
        "nonce": {"essential": True},
    }
    token = _asked(lambda: client.authorize_access_token(claims_options=expected))
    claims = token.get("userinfo")
    if not claims or not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise RefusedError
    if "email" not in claims:
        claims = {**_more(client, token, claims["sub"]), **claims}
    verified = claims.get("email_verified") is True
    return Claims(
        issuer=settings.oidc_issuer,
        subject=claims["sub"],
        name=str(claims.get("name") or "").strip()[:200],
        email=str(claims.get("email") or "").strip().casefold() if verified else "",
    )


def _more(client: Any, token: Any, subject: str) -> dict[str, Any]:
    """Return what the provider tells beside the id token, if it speaks of the same person."""
    if "userinfo_endpoint" not in client.server_metadata:
        return {}
    told: dict[str, Any] = dict(_asked(lambda: client.userinfo(token=token)))
    return told if told.get("sub") == subject else {}


def _client(settings: Settings) -> Any:
    """Return the one client of this application, made when it is first used."""
    extensions = flask.current_app.extensions
    if _KEY not in extensions:
        from authlib.integrations.flask_client import OAuth  # here: a site without single sign-on does without it

        extensions[_KEY] = OAuth(flask.current_app).register(
            _NAME,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
            },
        )
    return extensions[_KEY]


def _asked(question: Callable[[], Any]) -> Any:
    import requests
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    try:
        return question()
    except requests.RequestException as error:
        log.warning("single sign-on does not answer", fault=type(error).__name__)
        raise SilentError from error
    except (AuthlibBaseError, JoseError, KeyError, ValueError, RuntimeError) as error:
        log.warning("single sign-on refused", fault=type(error).__name__, code=str(getattr(error, "error", "")))
        raise RefusedError from error
