// Telemetry: what the program tells about itself. Log lines are JSON, one a line, written by a lane that drops and counts
// rather than block; redaction happens here, because values come as `JSON` and secrets have no way to become one.
// Read next: `LogWriter.swift`.
