"""What every request goes through: session, viewer, gate, commit, headers, cached pages, logs and error pages."""
