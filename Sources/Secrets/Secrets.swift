// Secrets: one source of truth for the workers' credentials, and every location proven equal to it.
//
// Rooms: `Credentials` (the source of truth, and what a hash is), `Locations` (values in files of each kind, read and
// replaced without touching another byte), `Dotenv` (files of KEY=value lines, and how each reader takes them), `Audit`
// (what is wrong where), `Discovery` (what a folder holds beside the list, and who else has it), `Environment` (one dotenv
// file: its schema, a check, a rebuild), `Sync` and `Change` (what has to be written), `Transaction` (a change over many
// files that happens wholly or not at all), `Rotation` and `Consumers` (new values for the programs that use them), `Watch`
// (drift), `Sealing` (age files, and tokens that only a key opens), `Backup` (sealed archives of what was there before a
// change). Nothing here needs the gate: it also works where only files exist.
