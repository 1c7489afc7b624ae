public import Basics

/// What earlier checks of an installation came to: a line of JSON for each, the newest last.
public struct CheckHistory: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public let time: Timestamp
        /// Of the areas that were judged.
        public let scores: [Area: Int]
        public let faults: [Severity: Int]

        public init(time: Timestamp, scores: [Area: Int], faults: [Severity: Int]) {
            (self.time, self.scores, self.faults) = (time, scores, faults)
        }
    }

    /// Entries that are kept: three years of one a day.
    public static let most = 1_000

    public private(set) var entries: [Entry]
    /// What was wrong the last time; nil before the first, and where an older program wrote the history.
    public private(set) var lastFaults: [Fault.Name]?

    public init() { entries = [] }

    /// Lines that are none, as after a crash, are passed over.
    public init(parsing bytes: [UInt8]) {
        var open: [Fault.Name]?
        entries = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let json = try? JSON(parsing: Array(line)), let text = json["time"]?.string,
                let time = Timestamp(rfc3339: text)
            else { return nil }
            func counts<Key: RawRepresentable & Hashable>(_ key: String) -> [Key: Int] where Key.RawValue == String {
                var found: [Key: Int] = [:]
                for (name, value) in json[key]?.object?.members ?? [] {
                    if let name = Key(rawValue: name), let number = value.int { found[name] = number }
                }
                return found
            }
            // Only the last line has them, or keeps them.
            open = json["open"]?.array?.compactMap { pair in
                guard let check = pair[0]?.string, let place = pair[1]?.string else { return nil }
                return Fault.Name(check: check, place: place)
            }
            return Entry(time: time, scores: counts("scores"), faults: counts("faults"))
        }
        lastFaults = open
    }

    public mutating func append(_ report: CheckReport, at time: Timestamp) {
        var scores: [Area: Int] = [:]
        for line in report.lines { if let score = line.score { scores[line.area] = score } }
        let faults = Dictionary(grouping: report.faults, by: \.severity).mapValues(\.count)
        entries.append(Entry(time: time, scores: scores, faults: faults))
        lastFaults = report.faults.map(\.name)
        if entries.count > Self.most { entries.removeFirst(entries.count - Self.most) }
    }

    public var bytes: [UInt8] {
        entries.enumerated().flatMap { index, entry -> [UInt8] in
            func object<Key: RawRepresentable>(_ counts: [Key: Int]) -> JSON where Key.RawValue == String {
                let sorted = counts.map { ($0.key.rawValue, JSON($0.value)) }.sorted { $0.0 < $1.0 }
                return .object(JSONObject(sorted))
            }
            var members: [(String, JSON)] = [
                ("time", .string(entry.time.rfc3339)), ("scores", object(entry.scores)),
                ("faults", object(entry.faults)),
            ]
            if index == entries.count - 1, let lastFaults {
                members.append(("open", .array(lastFaults.map { [.string($0.check), .string($0.place)] })))
            }
            return JSON.object(JSONObject(members)).encoded() + [UInt8(ascii: "\n")]
        }
    }

    /// The score of each area the last time; nil before the first.
    public var last: [Area: Int]? { entries.last?.scores }
}
