"""Quick capture: a note of one minute that becomes a cycle when its idea is chosen."""
