"""What waits for the people of a hub: visitors' questions, privacy problems and reported comments."""
