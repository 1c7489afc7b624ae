/// Gauges and counters of a store for `/metrics`.
public struct StoreLoad: Sendable, Hashable {
    /// Changes that wait for the disk now, and how many may.
    public let waiting: Int
    public let capacity: Int
    /// Since start: syncs, and the changes they were for.
    public let transactions: Int
    public let items: Int

    public init(waiting: Int, capacity: Int, transactions: Int, items: Int) {
        (self.waiting, self.capacity, self.transactions, self.items) = (waiting, capacity, transactions, items)
    }
}
