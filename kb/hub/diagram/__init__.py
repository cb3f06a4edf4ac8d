"""The editor of the driver diagram: a nested list, one change at a time, by keyboard and without JavaScript."""
