"""What ideas, cycles and case studies share: state, audience, revisions, tags, credits and links."""
