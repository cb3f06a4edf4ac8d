"""Security headers on every answer: no inline script, no inline style element; style attributes carry numbers only."""

import flask

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def add(response: flask.Response, *, https: bool) -> flask.Response:
    """Add the headers that a view has not set itself."""
    for name, value in HEADERS.items():
        if name not in response.headers:
            response.headers[name] = value
    if https:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return response
