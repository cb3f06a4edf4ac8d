"""The write-up of a case study with its citations."""
