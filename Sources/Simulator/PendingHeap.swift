internal import Basics

/// One submitted prompt, as `/queue` lists it.
struct Job: Sendable {
    let number: JSONNumber
    let id: String
    let prompt: JSONObject
    let extraData: JSON
    let outputs: [String]

    var clientID: String? { extraData["client_id"]?.string }

    /// `[number, prompt_id, prompt, extra_data, [output ids]]`.
    var item: JSON {
        .array([.number(number), .string(id), .object(prompt), extraData, .array(outputs.map { .string($0) })])
    }

    /// Python compares the tuples member by member; NaN is less than nothing and nothing is less than it.
    func runsBefore(_ other: Job) -> Bool {
        let (left, right) = (number.double, other.number.double)
        return left == right ? id < other.id : left < right
    }

    /// True where Python goes on to compare two dictionaries, which raises a TypeError.
    func cannotBeCompared(with other: Job) -> Bool {
        number.double == other.number.double && id == other.id
            && (prompt != other.prompt || extraData != other.extraData)
    }
}

/// The waiting jobs as Python's `heapq` keeps them: an array that is a heap, not a sorted list.
///
/// `/queue` shows `items` as they lie. Source of the order: the algorithms of CPython's `heapq`, `heappush` as described
/// there (sift towards the root), `heappop` (sink the hole to a leaf, then sift up).
struct PendingHeap: Sendable {
    private(set) var items: [Job] = []

    var count: Int { items.count }
    var isEmpty: Bool { items.isEmpty }

    /// Returns false where the comparison fails half-way: the job is in the array all the same, at its end.
    mutating func push(_ job: Job) -> Bool {
        items.append(job)
        return rise(from: items.count - 1, notAbove: 0)
    }

    mutating func pop() -> Job? {
        guard let last = items.popLast() else { return nil }
        guard let first = items.first else { return last }
        items[0] = last
        sink(0)
        return first
    }

    /// Takes the first job in array order that has this id.
    mutating func remove(id: String) -> Bool {
        guard let index = items.firstIndex(where: { $0.id == id }) else { return false }
        items.remove(at: index)
        for place in stride(from: items.count / 2 - 1, through: 0, by: -1) { sink(place) }
        return true
    }

    mutating func removeAll() { items.removeAll() }

    private mutating func rise(from start: Int, notAbove top: Int) -> Bool {
        var place = start
        while place > top {
            let parent = (place - 1) / 2
            if items[place].cannotBeCompared(with: items[parent]) { return false }
            guard items[place].runsBefore(items[parent]) else { break }
            items.swapAt(place, parent)
            place = parent
        }
        return true
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while 2 * place + 1 < items.count {
            var child = 2 * place + 1
            if child + 1 < items.count, !items[child].runsBefore(items[child + 1]) { child += 1 }
            items.swapAt(place, child)
            place = child
        }
        _ = rise(from: place, notAbove: start)
    }
}
