"""The write-up of a change idea and of its adaptations."""
