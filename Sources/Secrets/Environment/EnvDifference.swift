internal import Basics

/// What a rebuild does to a file, key by key, fit to be shown: no secret stands in it whole.
public struct EnvDifference: Sendable {
    public enum Change: String, Sendable, Hashable {
        case added, changed, removed, same
        /// The value stays; other quotes let every reader see it.
        case requoted
    }

    public struct Row: Sendable, Hashable {
        public let key: String
        public let change: Change
        /// How the values may be shown; nil where there is none, "" for an empty one.
        public let before: String?
        public let after: String?
        /// Where the new value comes from; nil for a key that is gone.
        public let origin: EnvRebuild.Origin?
    }

    /// Keys of the new file in its order, then those that only the old one has.
    public let rows: [Row]

    /// - Parameter old: What the file holds; nil for one that is not there.
    public init(from old: [UInt8]?, to rebuild: EnvRebuild, schema: EnvSchema, truth: EnvTruth) {
        let (old, new) = (EnvReading(old ?? []), EnvReading(rebuild.file.bytes))
        let origins = Dictionary(rebuild.choices.map { ($0.key, $0.origin) }) { first, _ in first }
        let shown = EnvShown(schema, truth, [old, new])
        let gone = old.keys.filter { !new.keys.contains($0) }
        rows = (new.keys + gone).map { key in
            let (before, after) = (old.assignments(of: key), new.assignments(of: key))
            let change: Change =
                if before.isEmpty {
                    // A torn value is none.
                    after.isEmpty ? .same : .added
                } else if after.isEmpty {
                    .removed
                } else if before.map(\.written) == after.map(\.written) {
                    .same
                } else {
                    before.map(\.value) == after.map(\.value) ? .requoted : .changed
                }
            return Row(
                key: shown.name(key), change: change, before: before.last.map { shown.value($0.value, of: key) },
                after: after.last.map { shown.value($0.value, of: key) }, origin: origins[key])
        }
    }

    public var isEmpty: Bool { rows.allSatisfy { $0.change == .same } }
}

/// Names and values as people may see them.
struct EnvShown {
    private let schema: EnvSchema
    private let fingerprint: Fingerprint
    private let secrets: [[UInt8]]

    init(_ schema: EnvSchema, _ truth: EnvTruth, _ readings: [EnvReading]) {
        (self.schema, fingerprint) = (schema, truth.fingerprint)
        let held = readings.flatMap(\.assignments).filter { schema.guards($0.key) }.map(\.value)
        secrets = (held + truth.all.map { Array($0.reveal().utf8) }).filter { !$0.isEmpty }
    }

    /// A secret is a fingerprint, and so is a plain value that holds one, or is not what belongs there: it may be one.
    func value(_ value: [UInt8], of key: String) -> String {
        if value.isEmpty { return "" }
        guard !schema.hides(key), value.count <= 128, let text = String(validating: value, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }),
            HashVerdict(judging: value) != .hash, schema.verdict(on: value, of: key) == .sound,
            !secrets.contains(where: { Self.contains(value, $0) })
        else { return fingerprint(value) }
        // http://name:password@host
        let host = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(2).first
        return host?.contains("@") == true ? fingerprint(value) : text
    }

    /// A name for a message that has no fingerprints.
    static func plainName(_ key: String) -> String { isUsual(key) ? key : "…" }

    /// A line of a torn file may be half a secret that looks like a key: names that no program uses are not shown.
    func name(_ key: String) -> String {
        Self.isUsual(key) || schema[key] != nil ? key : fingerprint(Array(key.utf8))
    }

    static func isUsual(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        guard DotenvBytes.isName(bytes), bytes.count <= 64 else { return false }
        return !bytes.contains { (0x61...0x7A).contains($0) } || !bytes.contains { (0x41...0x5A).contains($0) }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }
}
