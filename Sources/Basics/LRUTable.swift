/// A dictionary that knows what was not touched for longest, and forgets it when it is full.
///
/// - Complexity: O(1) for each call but `ordered`.
public struct LRUTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Node {
        var key: Key
        var value: Value
        var newer: Int
        var older: Int
    }

    public let capacity: Int
    private var places: [Key: Int] = [:]
    private var nodes: [Node] = []
    private var free: [Int] = []
    // Ends of the list through `newer` and `older`; -1 is none.
    private var last = -1
    private var first = -1

    public init(capacity: Int = .max) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    public var count: Int { places.count }

    /// What was not touched for longest.
    public var oldest: (key: Key, value: Value)? { first < 0 ? nil : (nodes[first].key, nodes[first].value) }

    /// All, the one that was not touched for longest first.
    public var ordered: [(key: Key, value: Value)] {
        var all: [(key: Key, value: Value)] = []
        var place = first
        while place >= 0 {
            all.append((nodes[place].key, nodes[place].value))
            place = nodes[place].newer
        }
        return all
    }

    /// Looks without touching.
    public func peek(_ key: Key) -> Value? { places[key].map { nodes[$0].value } }

    /// Looks and touches.
    public mutating func touch(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        unlink(place)
        link(place)
        return nodes[place].value
    }

    /// Changes without touching, if it is there.
    public mutating func update(_ key: Key, _ body: (inout Value) -> Void) {
        if let place = places[key] { body(&nodes[place].value) }
    }

    /// Stores and touches.
    public mutating func set(_ key: Key, _ value: Value) {
        if let place = places[key] {
            nodes[place].value = value
            _ = touch(key)
            return
        }
        if places.count == capacity { remove(nodes[first].key) }
        let node = Node(key: key, value: value, newer: -1, older: -1)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            nodes[place] = node
        } else {
            place = nodes.count
            nodes.append(node)
        }
        places[key] = place
        link(place)
    }

    @discardableResult
    public mutating func remove(_ key: Key) -> Value? {
        guard let place = places.removeValue(forKey: key) else { return nil }
        unlink(place)
        free.append(place)
        return nodes[place].value
    }

    private mutating func link(_ place: Int) {
        nodes[place].older = last
        nodes[place].newer = -1
        if last >= 0 { nodes[last].newer = place } else { first = place }
        last = place
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (nodes[place].newer, nodes[place].older)
        if newer >= 0 { nodes[newer].older = older } else { last = older }
        if older >= 0 { nodes[older].newer = newer } else { first = newer }
    }
}
