// Secrets: one source of truth for the workers' credentials, and every location proven equal to it.
//
// Rooms: `Dotenv` (files of KEY=value lines, edited without touching another byte, and how each reader takes them),
// `Transaction` (a change over many files that happens wholly or not at all), `Sealing` (encryption at rest and of
// backups). Nothing here needs the gate: it also works where only files exist.
