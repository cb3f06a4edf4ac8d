"""Methods: ways to run a test of change, each mapped to the same five neutral phases."""
