"""Schools: the register of places where changes are tested, with what is known of each."""
