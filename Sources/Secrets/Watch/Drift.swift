/// What has gone off since the last look, and what is right again.
public struct Drift: Sendable, Hashable {
    public let appeared: [AuditRow]
    public let gone: [AuditRow]

    /// Rows are the same when they are about the same place and say the same of it.
    public init(from old: [AuditRow], to new: [AuditRow]) {
        let before = Set(old.lazy.filter { !$0.isOK }.map(Place.init))
        let after = Set(new.lazy.filter { !$0.isOK }.map(Place.init))
        appeared = new.filter { !$0.isOK && !before.contains(Place($0)) }
        gone = old.filter { !$0.isOK && !after.contains(Place($0)) }
    }

    private struct Place: Hashable {
        let credential: String
        let path: String
        let key: String?
        let states: [AuditRow.State]
        let shown: String?

        init(_ row: AuditRow) {
            (credential, path, key, states, shown) = (row.credential, row.path, row.key, row.states, row.shown)
        }
    }
}
