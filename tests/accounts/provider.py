"""A provider of single sign-on that does everything right unless it is told to lie."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "right"})
FORGED = RSAKey.generate_key(2048, {"kid": "right"})


@dataclass
class Provider:
    """The provider: ``who`` are the claims it tells, ``lies`` what it puts in their place, ``beside``
    what it tells only when it is asked."""

    who: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "name": "Rosa Okafor"})
    lies: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    signed_by: RSAKey = field(default_factory=lambda: KEY)
    leaves_out: tuple[str, ...] = ()
    beside: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        """Listen on a free port of this machine."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(provider.get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(provider.token({name: values[0] for name, values in parse_qs(body).items()}))

            def _answer(self, told: dict[str, Any] | None) -> None:
                data = json.dumps(told or {"error": "invalid_grant"}).encode()
                self.send_response(HTTPStatus.OK if told else HTTPStatus.BAD_REQUEST)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def get(self, path: str) -> dict[str, Any] | None:
        if path.startswith("/.well-known"):
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/who",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if path == "/who":
            return self.beside or {"sub": "nobody"}
        return {"keys": [KEY.as_dict(private=False)]} if path == "/keys" else None

    def authorize(self, address: str) -> str:
        """Do what the person's browser does at the provider; return the path that leads back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str]) -> dict[str, Any] | None:
        asked = self.asked.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked.get("code_challenge_method") != "S256" or asked["code_challenge"] != challenge:
            return None
        now = int(time.time())
        told = {"iss": self.issuer, "aud": asked["client_id"], "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        told = {**told, **self.who, **self.lies}
        kept = {name: value for name, value in told.items() if name not in self.leaves_out}
        answer = {"access_token": "a", "token_type": "Bearer", "expires_in": 600}
        if "id_token" not in self.leaves_out:
            answer["id_token"] = jwt.encode({"alg": "RS256", "kid": "right"}, kept, self.signed_by)
        return answer
