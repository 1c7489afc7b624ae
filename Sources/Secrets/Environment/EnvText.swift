/// The text of a rebuilt file while it is made.
struct EnvText {
    private(set) var file: DotenvFile
    private(set) var untouched: [String] = []
    private var hasAnnounced = false

    /// Above the keys that neither the example nor the schema knows.
    static let announcement = "# Kept from an older file:"

    init(_ file: DotenvFile) { self.file = file }

    /// Whether the key has a value.
    func has(_ key: String) -> Bool { file.entries(of: key).contains(where: \.isAssignment) }
    /// Whether the key stands there, be it alone.
    func names(_ key: String) -> Bool { !file.entries(of: key).isEmpty }

    /// Whether these bytes are the last value of the key.
    func ends(_ key: String, with written: [UInt8]) -> Bool {
        file.entries(of: key).last(where: \.isAssignment).map { Array(file.bytes[$0.valueRange]) == written } ?? false
    }

    mutating func set(_ key: String, _ value: DotenvValue) throws(DotenvError) { try file.set(key, to: value) }

    /// - Parameter isLiteral: No program is meant to expand anything in the value.
    mutating func set(
        _ key: String, _ assignment: EnvReading.Assignment, isLiteral: Bool
    ) throws(DotenvError) {
        if isLiteral || assignment.isAgreed {
            do {
                return try file.set(key, to: DotenvValue(assignment.value))
            } catch .tooLarge(let limit) {
                throw .tooLarge(limit: limit)
            } catch {
                // As it stood in the old file it reads no worse than there.
            }
        }
        try copy(key, assignment.written)
    }

    /// Bytes as they stood behind `=` in another file: what programs make of them is the same as there.
    private mutating func copy(_ key: String, _ written: [UInt8]) throws(DotenvError) {
        var copy = file
        if !copy.entries(of: key).contains(where: \.isAssignment) { try copy.set(key, to: DotenvValue([])) }
        var bytes: [UInt8] = []
        var end = 0
        for entry in copy.entries(of: key) where entry.isAssignment {
            bytes += copy.bytes[end..<entry.valueRange.lowerBound] + written
            end = entry.valueRange.upperBound
        }
        let changed = try DotenvFile(bytes + copy.bytes[end...], limit: file.limit)
        let values = changed.entries(of: key).map { Array(changed.bytes[$0.valueRange]) }
        guard changed.entries.count == copy.entries.count, values.allSatisfy({ $0 == written }) else {
            untouched.append(key)
            return
        }
        file = changed
    }

    /// Says once where keys that nobody asked for come from.
    mutating func announceOthers() {
        guard !hasAnnounced else { return }
        hasAnnounced = true
        let line = Array(Self.announcement.utf8)
        let end = file.lineEnd
        // A missing line end at the end stays missing behind what follows.
        let isOpen = file.bytes.last.map { $0 != DotenvBytes.newline } ?? false
        append(isOpen ? end + line : line + end)
    }

    private mutating func append(_ text: [UInt8]) {
        // Without the comment the file is as good.
        if let changed = try? DotenvFile(file.bytes + text, limit: file.limit) { file = changed }
    }

    /// Makes comments of lines for which Compose would refuse the file.
    ///
    /// - Returns: The bytes, and these lines.
    static func silencing(_ bytes: [UInt8]) throws(DotenvError) -> (bytes: [UInt8], lines: [Int]) {
        let file = try DotenvFile(bytes)
        var changed: [UInt8] = []
        var end = 0
        var lines: [Int] = []
        for entry in file.entries {
            let isEmptyKey = entry.isAssignment && entry.key.isEmpty
            if case .invalid = entry.kind {} else if !isEmptyKey { continue }
            let isBehindMark = entry.range.lowerBound == 0 && file.hasByteOrderMark
            let start = isBehindMark ? DotenvBytes.mark.count : entry.range.lowerBound
            changed += bytes[end..<start]
            let isFirstOfLine = start == 0 || isBehindMark || bytes[start - 1] == DotenvBytes.newline
            changed += (isFirstOfLine ? [] : file.lineEnd) + Array("# ".utf8)
            end = start
            lines.append(entry.line)
        }
        return (changed + bytes[end...], lines)
    }
}
