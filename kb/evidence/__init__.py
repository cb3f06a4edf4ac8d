"""What the tests of an idea say, counted from the cycles a viewer may read; never typed, never stored."""
