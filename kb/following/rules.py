"""What can be followed. Pure."""

import enum


class Followed(enum.StrEnum):
    """A kind of thing that people follow, by its public id."""

    IDEA = "idea"
    SCHOOL = "school"
    DRIVER = "driver"
    NETWORK = "network"


MOST = 500  # that one person may follow
