/// A host and perhaps a port, as in a Host header.
///
/// Strict: no user, no zone, no percent-encoding, no empty port, ASCII only. Names are kept in lower case without the
/// root's dot, addresses as numbers, so equal hosts are equal values. Source: RFC 9110, section 7.2.
public struct Authority: Sendable, Hashable, CustomStringConvertible {
    public enum Host: Sendable, Hashable, CustomStringConvertible {
        case name(String)
        case address(IPAddress)

        /// With brackets around an IPv6 address.
        public var description: String {
            switch self {
            case .name(let name): name
            case .address(let address): address.isIPv4 ? address.description : "[\(address)]"
            }
        }

        /// `localhost`, a name under it, or a loopback address.
        public var isLoopback: Bool {
            switch self {
            case .name(let name): name == "localhost" || name.hasSuffix(".localhost")
            case .address(let address): address.category == .loopback
            }
        }
    }

    public let host: Host
    /// 1...65535, or nil when the text had none.
    public let port: Int?

    public init(host: Host, port: Int? = nil) { (self.host, self.port) = (host, port) }

    public init?(_ text: String) {
        let bytes = text.utf8.span
        self.init(parsing: bytes, bytes.wholeRange)
    }

    /// Reads a value that still lies in a buffer.
    public init?(parsing bytes: Span<UInt8>) { self.init(parsing: bytes, bytes.wholeRange) }

    init?(parsing bytes: Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return nil }
        var hostEnd = range.upperBound
        if bytes[range.lowerBound] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), within: range),
                let address = IPAddress(parsingIPv6: bytes, range.lowerBound + 1..<close)
            else { return nil }
            host = .address(address)
            hostEnd = close + 1
            guard hostEnd == range.upperBound || bytes[hostEnd] == ASCII.colon else { return nil }
        } else {
            hostEnd = bytes.firstIndex(of: ASCII.colon, within: range) ?? range.upperBound
            guard let host = Self.host(bytes, range.lowerBound..<hostEnd) else { return nil }
            self.host = host
        }
        guard hostEnd < range.upperBound else {
            port = nil
            return
        }
        guard range.upperBound - hostEnd <= 6,
            let number = bytes.decimal(hostEnd + 1..<range.upperBound, saturatingAt: 65_536),
            number > 0, number < 65_536
        else { return nil }
        port = Int(number)
    }

    public var description: String { port.map { "\(host):\($0)" } ?? host.description }

    /// The port, or the scheme's own.
    public func effectivePort(secure: Bool) -> Int { port ?? (secure ? 443 : 80) }

    /// Same host and same port, where a missing port is the scheme's own.
    public func isSame(as other: Authority, secure: Bool) -> Bool {
        host == other.host && effectivePort(secure: secure) == other.effectivePort(secure: secure)
    }

    private static func host(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Host? {
        if let address = IPAddress(parsingIPv4: bytes, range) { return .address(address) }
        var end = range.upperBound
        if end - 1 > range.lowerBound, bytes[end - 1] == ASCII.dot { end -= 1 }
        guard end > range.lowerBound, end - range.lowerBound <= 253 else { return nil }
        var label = range.lowerBound
        while label <= end {
            let labelEnd = bytes.firstIndex(of: ASCII.dot, within: label..<end) ?? end
            guard isLabel(bytes, label..<labelEnd, isLast: labelEnd == end) else { return nil }
            label = labelEnd + 1
        }
        return bytes.lowercasedASCII(range.lowerBound..<end).map { .name($0) }
    }

    /// Underscores occur in container names. A last label that is a number would be an address to other readers
    /// (`127.1`, `0x7f000001`).
    private static func isLabel(_ bytes: Span<UInt8>, _ range: Range<Int>, isLast: Bool) -> Bool {
        guard !range.isEmpty, range.count <= 63, bytes[range.lowerBound] != ASCII.dash,
            bytes[range.upperBound - 1] != ASCII.dash
        else { return false }
        for index in range {
            let byte = bytes[index]
            guard ASCII.isAlpha(byte) || ASCII.isDigit(byte) || byte == ASCII.dash || byte == 0x5F else { return false }
        }
        guard isLast, ASCII.isDigit(bytes[range.lowerBound]) else { return true }
        let isHexadecimal =
            range.count >= 2 && bytes[range.lowerBound] == 0x30 && bytes[range.lowerBound + 1] | 0x20 == 0x78
        if isHexadecimal { return false }
        for index in range where !ASCII.isDigit(bytes[index]) { return true }
        return false
    }
}
