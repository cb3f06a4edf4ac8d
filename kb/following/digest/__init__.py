"""A letter, daily or weekly, with what is new in what a person follows."""
