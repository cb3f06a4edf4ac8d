"""Signing in with the account of another provider by OpenID Connect."""
