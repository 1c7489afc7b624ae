/// The known word a mistyped one was probably meant to be, or nil when none is near.
///
/// Near is at most one edit for each three bytes (insert, delete, replace, swap neighbours), case ignored; the first of
/// equals wins. Words over 128 bytes, longer than most names of models, are not looked at: the work stays small whatever
/// somebody types.
///
/// - Parameter edits: At most so many, however long the word is.
public func closest(to word: String, among known: some Sequence<String>, edits: Int = .max) -> String? {
    let typed = Array(word.lowercased().utf8)
    guard !typed.isEmpty, typed.count <= 128 else { return nil }
    let limit = min(edits, max(1, typed.count / 3))
    var best: (distance: Int, word: String)?
    for candidate in known {
        let other = Array(candidate.lowercased().utf8)
        guard other.count <= 128, abs(other.count - typed.count) <= 1 + typed.count / 3 else { continue }
        let distance = editDistance(typed, other)
        guard distance <= limit, distance < best?.distance ?? Int.max else { continue }
        best = (distance, candidate)
    }
    return best?.word
}

/// Optimal string alignment: no part is edited twice. O(n·m) time, three rows of memory.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
        var row = [i + 1]
        row.reserveCapacity(right.count + 1)
        for j in right.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                cost = min(cost, beforeLast[j - 1] + 1)
            }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[right.count]
}
