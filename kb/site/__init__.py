"""Pages of the site itself: the start page, the style sheet, and whether it is alive and ready."""
