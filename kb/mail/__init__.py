"""Mail: written to the outbox in the caller's transaction, sent by a job."""
