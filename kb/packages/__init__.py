"""Change packages: what a hub recommends on one problem, ideas and tests and stories in an order made by hand."""
