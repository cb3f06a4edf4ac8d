"""Who belongs to a school, and all accounts for whoever runs the site."""
