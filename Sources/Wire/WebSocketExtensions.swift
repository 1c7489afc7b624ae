/// One element of a `Sec-WebSocket-Extensions` field (RFC 6455, section 9.1).
public struct WebSocketExtension: Sendable, Hashable {
    public struct Parameter: Sendable, Hashable {
        public let name: String
        /// Without quotes; nil when the parameter had none.
        public let value: String?
    }
    public let name: String
    public let parameters: [Parameter]

    /// Reads all elements of a field's values; nil when one is not in the grammar.
    ///
    /// - Complexity: O(n); the head's limit bounds n.
    public static func parse(_ values: [String]) -> [WebSocketExtension]? {
        var found: [WebSocketExtension] = []
        for value in values {
            var reader = TokenReader(Array(value.utf8))
            repeat {
                // Empty elements are skipped, as lists of RFC 9110 demand of readers.
                if reader.peek(UInt8(ascii: ",")) || reader.isAtEnd { continue }
                guard let name = reader.token() else { return nil }
                var parameters: [Parameter] = []
                while reader.take(UInt8(ascii: ";")) {
                    guard let name = reader.token() else { return nil }
                    var value: String?
                    if reader.take(UInt8(ascii: "=")) {
                        guard let text = reader.tokenOrQuoted() else { return nil }
                        value = text
                    }
                    parameters.append(Parameter(name: name, value: value))
                }
                found.append(WebSocketExtension(name: name, parameters: parameters))
            } while reader.take(UInt8(ascii: ","))
            guard reader.isAtEnd else { return nil }
        }
        return found
    }
}

/// Reads tokens of RFC 9110, section 5.6, and the white space around them.
struct TokenReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        skipSpace()
    }

    var isAtEnd: Bool { at == bytes.count }

    func peek(_ byte: UInt8) -> Bool { at < bytes.count && bytes[at] == byte }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek(byte) else { return false }
        at += 1
        skipSpace()
        return true
    }

    mutating func token() -> String? {
        let start = at
        while at < bytes.count, Self.isTokenByte(bytes[at]) { at += 1 }
        guard at > start else { return nil }
        defer { skipSpace() }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    /// A quoted string must hold a token once its quotes are gone (RFC 6455, section 9.1).
    mutating func tokenOrQuoted() -> String? {
        guard peek(UInt8(ascii: "\"")) else { return token() }
        var text: [UInt8] = []
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\\") { at += 1 }
            guard at < bytes.count, Self.isTokenByte(bytes[at]) else { return nil }
            text.append(bytes[at])
            at += 1
        }
        guard at < bytes.count, !text.isEmpty else { return nil }
        at += 1
        skipSpace()
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
