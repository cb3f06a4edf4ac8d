"""Networks: schools that work on one problem together, with their aim, members and open questions."""
