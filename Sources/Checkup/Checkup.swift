// Checkup: what is wrong with an installation, and what helps.
//
// Rooms: `Survey` (all that can be seen of an installation, gathered at once; what could not be seen says why), `Checks` (each
// a value: what it looks for, how bad that is, what helps; it judges a survey and asks nobody), `Reports` (the same result for
// a terminal, a program, a person), `Diagnosis` (one request's way, and the first link of it that is broken), `Repair` (the few faults that can
// be healed without a person), `Own` (checks that somebody wrote for their installation),
// `Bundle` (what a helper wants to see, without a secret). Nothing but `Repair` changes an installation.
