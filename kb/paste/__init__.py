"""Text pasted from word processors, made into clean Markdown."""
