internal import Basics
internal import Fleet
internal import Store
internal import Wire

/// How one kind of value is written and read.
struct ValueReader<Value: Sendable>: Sendable {
    /// For the table of keys.
    let type: String
    let unit: String
    /// What a right value looks like, bounds included.
    let remedy: Phrase
    let read: @Sendable (String) -> Value?
    let spell: @Sendable (Value) -> String

    init(
        _ type: String, unit: String = "", _ remedy: Phrase, spell: @escaping @Sendable (Value) -> String,
        read: @escaping @Sendable (String) -> Value?
    ) {
        (self.type, self.unit, self.remedy, self.read, self.spell) = (type, unit, remedy, read, spell)
    }
}

extension ValueReader<String> {
    static let text = ValueReader("text", ConfigurationMessages.writeText(), spell: \.self) {
        isPrintable($0) ? $0 : nil
    }
    static let path = ValueReader("path", ConfigurationMessages.writePath(), spell: \.self) {
        isPrintable($0) ? $0 : nil
    }
    static let urlPath = ValueReader("URL path", ConfigurationMessages.writeURLPath(), spell: \.self) {
        HTTPAddress.normalised(path: $0)
    }
    /// The same, but not the root.
    static let servicePath = ValueReader("URL path", ConfigurationMessages.writeURLPath(), spell: \.self) { text in
        HTTPAddress.normalised(path: text).flatMap { $0.isEmpty ? nil : $0 }
    }
    static let host = ValueReader("host", ConfigurationMessages.writeHost(), spell: \.self) {
        let name = $0.lowercased()
        return HTTPAddress.isHostName(name) ? name : nil
    }
    /// A token of RFC 9110, section 5.6.2.
    static let field = ValueReader("field name", ConfigurationMessages.writeField(), spell: \.self) { text in
        let isToken = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
        return isToken && !text.isEmpty && text.utf8.count <= 64 ? text : nil
    }

    private static func isPrintable(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 4_096 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}

extension ValueReader<Bool> {
    /// `yes` and `on` are not read: YAML 1.1 and 1.2 do not agree about them.
    static let boolean = ValueReader(
        "true or false", ConfigurationMessages.writeBoolean(), spell: { $0 ? "true" : "false" },
        read: { $0 == "true" ? true : $0 == "false" ? false : nil })
}

extension ValueReader<Int> {
    static func count(_ range: ClosedRange<Int>, unit: String = "") -> ValueReader {
        let remedy = ConfigurationMessages.writeCount(["least": "\(range.lowerBound)", "most": "\(range.upperBound)"])
        return ValueReader("number", unit: unit, remedy, spell: { String($0) }) { text in
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return nil }
            return range.contains(number) ? number : nil
        }
    }
}

extension ValueReader<Int?> {
    /// A number, or that there is no limit.
    static func limit(_ range: ClosedRange<Int>, unit: String = "") -> ValueReader {
        let number = ValueReader<Int>.count(range, unit: unit)
        let remedy = ConfigurationMessages.writeLimit(["least": "\(range.lowerBound)", "most": "\(range.upperBound)"])
        return ValueReader("number or none", unit: unit, remedy, spell: { $0.map(number.spell) ?? "none" }) { text in
            text == "none" ? .some(nil) : number.read(text)
        }
    }
}

extension ValueReader<AccountName> {
    static let name = ValueReader("name", ConfigurationMessages.writeText(), spell: \.text) { try? AccountName($0) }
}

extension ValueReader<NamePattern> {
    static let pattern = ValueReader("name", ConfigurationMessages.writePattern(), spell: \.description) {
        !$0.isEmpty && $0.utf8.count <= 256 && !$0.dropLast().contains("*") ? NamePattern($0) : nil
    }
}

extension ValueReader<ByteCount> {
    static func size(_ range: ClosedRange<ByteCount>) -> ValueReader {
        let remedy = ConfigurationMessages.writeSize(["least": "\(range.lowerBound)", "most": "\(range.upperBound)"])
        return ValueReader("size", unit: "bytes", remedy, spell: \.description) { text in
            ByteCount(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
    static func rate(_ range: ClosedRange<ByteCount>) -> ValueReader {
        let remedy = ConfigurationMessages.writeRate(["least": "\(range.lowerBound)", "most": "\(range.upperBound)"])
        return ValueReader("rate", unit: "bytes/s", remedy, spell: { "\($0)/s" }) { text in
            ByteCount(text.hasSuffix("/s") ? String(text.dropLast(2)) : text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ValueReader<Duration> {
    static func duration(_ range: ClosedRange<Duration>) -> ValueReader {
        let remedy = ConfigurationMessages.writeDuration([
            "least": range.lowerBound.spelled, "most": range.upperBound.spelled,
        ])
        return ValueReader("duration", unit: "time", remedy, spell: \.spelled) { text in
            Duration(parsing: text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ValueReader where Value: CaseIterable & RawRepresentable<String> {
    static var choice: ValueReader {
        let choices = Value.allCases.map(\.rawValue)
        let remedy = ConfigurationMessages.writeChoice(["choices": choices.joined(separator: ", ")])
        return ValueReader(choices.joined(separator: ", "), remedy, spell: \.rawValue) { Value(rawValue: $0) }
    }
}

extension ValueReader<ListenAddress> {
    static let listen = ValueReader("address:port", ConfigurationMessages.writeListen(), spell: \.description) {
        ListenAddress($0)
    }
}

extension ValueReader<HTTPAddress> {
    static let url = ValueReader("URL", ConfigurationMessages.writeURL(), spell: \.description) { HTTPAddress($0) }
}

extension ValueReader<IPNetwork> {
    static let network = ValueReader("address range", ConfigurationMessages.writeNetwork(), spell: \.description) {
        IPNetwork($0)
    }
}

extension ValueReader<Timestamp> {
    /// A day means its last millisecond in UTC.
    static let day = ValueReader("day", ConfigurationMessages.writeDate(), spell: { String($0.rfc3339.prefix(10)) }) {
        text in
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month)
        else { return nil }
        let start = Timestamp(year: year, month: month, day: day)
        guard start.civil.day == day, start.civil.month == month else { return nil }
        return start.advanced(byMilliseconds: 86_400_000 - 1)
    }
}

extension ValueReader<Secret> {
    static let secret = ValueReader("file with a secret", ConfigurationMessages.secretRemedy(), spell: \.description) {
        Secret($0)
    }
}
