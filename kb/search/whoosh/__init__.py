"""The embedded search engine, on Whoosh 2.7.4: the only folder that imports it."""
