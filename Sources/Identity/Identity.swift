// Identity: who is asking, and may they? Decisions are pure values; one thin service changes the store.
//
// Rules: `Policy` (may this principal do that), `PasswordHash` and `TokenFormat` (what credentials look like),
// `Throttle` and `PasswordQueue` (who waits how long for a password to be checked), `SessionCookie`, `AccountCSV`.
// Request handling asks an `IdentitySnapshot`, one a loop. `IdentityService` changes accounts and credentials: commit,
// then tell every loop, then answer. Read next: `Policy.swift`, `IdentitySnapshot.swift`, `IdentityService.swift`.
