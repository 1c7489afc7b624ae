public import Basics

/// Which backups are kept: the newest ones by count, and the younger ones by age, whichever keeps more.
public struct BackupRetention: Sendable, Hashable {
    /// The newest ones that stay whatever their age.
    public var count = 50
    /// What is no older than this many days stays, however many there are.
    public var days = 90

    public init() {}

    /// - Parameters: Negative ones are taken for 0. The newest backup stays even then.
    public init(count: Int, days: Int) { (self.count, self.days) = (count, days) }

    /// The backups to remove, the oldest first: beyond the count and older than the age.
    public func expired(_ names: [BackupName], at now: Timestamp) -> [BackupName] {
        let newest = names.sorted(by: >)
        let edge = now.advanced(bySeconds: -Int64(min(max(0, days), 1_000_000)) * 86_400)
        return newest.dropFirst(max(1, count)).filter { $0.time < edge }.reversed()
    }
}
