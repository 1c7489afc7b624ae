internal import Basics

/// A dotenv file that is edited, never rewritten: outside the changed values every byte stays.
///
/// Statements are found as Compose v2 finds them. What a program sees is asked of `DotenvReader`.
public struct DotenvFile: Sendable, Hashable {
    /// Largest file by default, in bytes.
    public static let largest = 1 << 20

    public private(set) var bytes: [UInt8]
    /// The statements in order; their ranges cover the bytes.
    public private(set) var entries: [DotenvEntry]
    /// All lines are `PlainLine`s: every usual reader sees what is written.
    private(set) var isPlain: Bool
    /// Where the assignments and bare keys of one name stand among the entries. Names that look alike share a place.
    private var places: [String: [Int]]
    /// Largest file in bytes, when reading and when writing.
    public let limit: Int

    public init(_ bytes: [UInt8], limit: Int = DotenvFile.largest) throws(DotenvError) {
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        (self.bytes, self.limit) = (bytes, limit)
        (entries, isPlain) = DotenvParser.read(bytes)
        places = Self.places(of: entries)
    }

    private static func places(of entries: [DotenvEntry]) -> [String: [Int]] {
        var places: [String: [Int]] = [:]
        places.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() where entry.isAssignment || entry.kind == .bareKey {
            places[entry.key, default: []].append(index)
        }
        return places
    }

    public var hasByteOrderMark: Bool { bytes.starts(with: DotenvBytes.mark) }

    /// The keys with a value, each once, in the order of the file.
    public var keys: [String] {
        lastAssignments.map(\.key)
    }

    /// The keys of all assignments and bare keys, as often as they stand there.
    var namedKeys: [String] {
        entries.filter { $0.isAssignment || $0.kind == .bareKey }.map(\.key)
    }

    /// The one that counts of each key, in the order in which the keys come up first.
    var lastAssignments: [DotenvEntry] {
        var last: [DotenvEntry] = []
        for (index, entry) in entries.enumerated() where entry.isAssignment && !entry.key.isEmpty {
            if let places = places[entry.key], places.count == 1 {
                last.append(entry)
            } else if places(of: entry.key).first(where: { entries[$0].isAssignment }) == index {
                last.append(lastAssignment(of: entry.key) ?? entry)
            }
        }
        return last
    }

    /// Assignments and bare keys of one name, in order.
    public func entries(of key: String) -> [DotenvEntry] {
        places(of: key).map { entries[$0] }
    }

    /// The one that counts.
    func lastAssignment(of key: String) -> DotenvEntry? {
        places(of: key).last { entries[$0].isAssignment }.map { entries[$0] }
    }

    /// - Complexity: O(1) in the size of the file.
    private func places(of key: String) -> some BidirectionalCollection<Int> {
        (places[key] ?? []).lazy.filter { entries[$0].key.hasBytes(of: key) }
    }

    /// What `reader` sees for `key`.
    public func value(
        of key: String, _ reader: DotenvReader, environment: [String: String] = [:]
    ) -> DotenvReading {
        reader.read(bytes, environment: environment)[key]
    }

    /// Lines that some reader refuses or reads in another way, in the order of the file.
    public var problems: [DotenvProblem] {
        var problems: [DotenvProblem] = []
        var firstLines: [[UInt8]: Int] = [:]
        for entry in entries {
            let key = entry.key.isEmpty || entry.kind == .bareKey ? nil : entry.key
            func add(_ kind: DotenvProblem.Kind) {
                problems.append(DotenvProblem(line: entry.line, key: key, kind: kind))
            }
            switch entry.kind {
            case .invalid(let obstacle): add(.invalid(obstacle))
            case .assignment where key == nil: add(.invalid(.emptyKey))
            case .assignment:
                let name = Array(entry.key.utf8)
                if let first = firstLines[name] {
                    add(.duplicateKey(firstLine: first))
                } else {
                    firstLines[name] = entry.line
                }
            case .bareKey where bytes[entry.range].last != DotenvBytes.newline: add(.bareKeyAtEnd)
            case .blank, .comment, .bareKey: break
            }
            if hasLoneCarriageReturn(entry.range) { add(.loneCarriageReturn) }
        }
        return problems
    }

    private func hasLoneCarriageReturn(_ range: Range<Int>) -> Bool {
        range.contains { index in
            bytes[index] == DotenvBytes.carriageReturn
                && (index + 1 == bytes.count || bytes[index + 1] != DotenvBytes.newline)
        }
    }

    /// The line end that most statements have, `\n` for a file without one.
    var lineEnd: [UInt8] {
        var balance = 0
        for entry in entries where bytes[entry.range].last == DotenvBytes.newline {
            let isPair = bytes[entry.range].dropLast().last == DotenvBytes.carriageReturn
            balance += isPair ? 1 : -1
        }
        return balance > 0 ? [DotenvBytes.carriageReturn, DotenvBytes.newline] : [DotenvBytes.newline]
    }

    mutating func replace(_ range: Range<Int>, by new: [UInt8]) throws(DotenvError) {
        guard bytes.count - range.count + new.count <= limit else { throw .tooLarge(limit: limit) }
        bytes.replaceSubrange(range, with: new)
        (entries, isPlain) = DotenvParser.read(bytes)
        places = Self.places(of: entries)
    }
}

extension DotenvFile: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<dotenv file of \(bytes.count) bytes>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
