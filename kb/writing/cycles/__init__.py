"""The write-up of a cycle: step pages, quick capture, check answers."""
