"""The hub's desk: a network's aim and rules, its words, its open questions, and what waits for the hub."""
