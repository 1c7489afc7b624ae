/// A number of bytes as people write it: `512`, `16KB`, `100 MB`, `2GiB`.
///
/// K, M, G and T are powers of 1,024 with or without the `i`, as in ComfyUI's and nginx's options.
public struct ByteCount: Sendable, Hashable, Comparable, LosslessStringConvertible {
    public let bytes: Int

    public init(bytes: Int) { self.bytes = bytes }

    public static func kilobytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 10) }
    public static func megabytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }
    public static func gigabytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }

    /// Reads digits, an optional space and an optional unit in any case; nil for signs, fractions and overflow.
    public init?(_ text: String) {
        guard let (number, unit) = splitNumber(Array(text.utf8)[...]) else { return nil }
        let shift: Int
        switch unit.lowercased() {
        case "", "b": shift = 0
        case "k", "kb", "kib": shift = 10
        case "m", "mb", "mib": shift = 20
        case "g", "gb", "gib": shift = 30
        case "t", "tb", "tib": shift = 40
        default: return nil
        }
        guard number <= Int.max >> shift else { return nil }
        bytes = number << shift
    }

    /// The largest unit that needs no fraction: `100MB`, `1536KB`, `17`; reads back as the same value.
    public var description: String {
        for (shift, unit) in [(40, "TB"), (30, "GB"), (20, "MB"), (10, "KB")]
        where bytes != 0 && bytes & ((1 << shift) - 1) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return String(bytes)
    }

    /// For people: `1.5 MB`, `422 B`; cut, not rounded up.
    public var rounded: String {
        for (shift, name) in [(30, "GB"), (20, "MB"), (10, "KB")] where bytes >= 1 << shift {
            let tenths = bytes / (1 << shift) * 10 + bytes % (1 << shift) * 10 / (1 << shift)
            return "\(tenths / 10).\(tenths % 10) \(name)"
        }
        return "\(bytes) B"
    }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension Duration {
    /// Reads `90d`, `24h`, `15m`, `30s`, `500ms`, `20us`, or several in falling order: `1h30m`. Plain `0` needs no unit.
    ///
    /// Nil for a sign, a fraction, a missing or repeated unit, and more than 100 years.
    public init?(parsing text: String) {
        var rest = Array(text.utf8)[...]
        if rest.elementsEqual([0x30]) {
            self = .zero
            return
        }
        var total = 0
        var last = Int.max
        repeat {
            guard let (number, unit) = splitNumber(rest, leaving: &rest),
                let scale = Self.units.first(where: { $0.name == unit })?.microseconds,
                scale < last, number <= Self.longest / scale
            else { return nil }
            total += number * scale
            last = scale
        } while !rest.isEmpty
        guard total <= Self.longest else { return nil }
        self = .microseconds(total)
    }

    /// The spelling that `init(parsing:)` reads: `1d12h`, `1s500ms`, `0s`. What is below a microsecond is dropped.
    public var spelled: String {
        let (seconds, attoseconds) = components
        var left = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
        var text = ""
        for (name, scale) in Self.units where left >= scale && name != "min" {
            text += "\(left / scale)\(name)"
            left %= scale
        }
        return text.isEmpty ? "0s" : text
    }

    /// Whole milliseconds, rounded down.
    public var wholeMilliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }

    private static let units: [(name: String, microseconds: Int)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("min", 60_000_000), ("s", 1_000_000),
        ("ms", 1_000), ("us", 1),
    ]
    private static let longest = 36_525 * 86_400_000_000
}

/// Digits, then at most one space, then letters up to the next digit.
private func splitNumber(_ text: ArraySlice<UInt8>, leaving rest: inout ArraySlice<UInt8>) -> (Int, String)? {
    var at = text.startIndex
    var number = 0
    while at < text.endIndex, (0x30...0x39).contains(text[at]) {
        let (product, overflow) = number.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int(text[at] - 0x30))
        guard !overflow, !carry else { return nil }
        number = sum
        at += 1
    }
    guard at > text.startIndex else { return nil }
    if at < text.endIndex, text[at] == 0x20 { at += 1 }
    let start = at
    while at < text.endIndex, (0x41...0x5A).contains(text[at] & 0xDF) { at += 1 }
    // A space must be followed by a unit, and nothing but a digit may follow the unit.
    guard start < at || start == text.startIndex || text[start - 1] != 0x20 else { return nil }
    guard at == text.endIndex || (0x30...0x39).contains(text[at]) else { return nil }
    rest = text[at...]
    return (number, String(decoding: text[start..<at], as: UTF8.self))
}

private func splitNumber(_ text: ArraySlice<UInt8>) -> (Int, String)? {
    var rest = text
    guard let parts = splitNumber(text, leaving: &rest), rest.isEmpty else { return nil }
    return parts
}
