"""Reports of privacy problems by anybody, answered by the hub."""
