// Store: what must outlive the process, as records and protocols; no SQL and no files here.
//
// `AccountStore` keeps people, credentials and the audit trail. A change is a list of `IdentityChange` values that is
// committed whole, together with its `AuditEntry`, or not at all. `AuditChain` is the arithmetic that makes the trail
// tamper-evident. `StoreSQLite` keeps it all in one file; `TestSupport` has an implementation in memory. Read next:
// `AccountStore.swift`, then `StoreSQLite/StoreSQLite.swift`.
