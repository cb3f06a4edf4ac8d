"""Case studies: curated stories that cite ideas and cycles."""
