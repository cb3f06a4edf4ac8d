"""Online backup and restore of everything: database, attachments and the erase list."""
