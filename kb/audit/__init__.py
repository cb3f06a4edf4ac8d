"""Who did what, when: the log for those who run the site."""
