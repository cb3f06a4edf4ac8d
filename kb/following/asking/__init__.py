"""Questions of visitors without an account to a school, relayed by the hub."""
