// Secrets: one source of truth for the workers' credentials, and every location proven equal to it.
//
// Rooms: `Credentials` (the source of truth, and what a hash is), `Locations` (values in files of each kind, read and
// replaced without touching another byte), `Dotenv` (files of KEY=value lines, and how each reader takes them), `Audit`
// (what is wrong where), `Environment` (one dotenv file: its schema, a check, a rebuild), `Transaction` (a change over many
// files that happens wholly or not at all). Nothing here needs the gate: it also works where only files exist.
