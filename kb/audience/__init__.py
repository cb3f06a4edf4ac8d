"""Who can see a record, and why, in plain words that agree with the policy."""
