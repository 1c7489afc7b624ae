internal import Wire

/// A head read in the plainest way, by taking the text apart at its line ends: what the parser must agree with.
///
/// Source: RFC 9112 sections 2 to 6, with the strictness of this project: no repeated Content-Length, no coding but
/// chunked, no line end but CRLF.
enum PlainHead {
    private static let crlf: [UInt8] = [0x0D, 0x0A]
    private static let tokenBytes = Set(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Nil unless the bytes begin with a whole head that every rule allows.
    static func read(_ bytes: [UInt8], isRequest: Bool, limits: HeadLimits) -> HeadPicture? {
        let lead = isRequest && bytes.starts(with: crlf) ? 2 : 0
        guard var lines = parts(bytes.dropFirst(lead)), !lines.isEmpty else { return nil }
        let byteCount = lead + lines.reduce(2) { $0 + $1.count + 2 }
        let isClean = lines.allSatisfy { $0.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F } }
        guard isClean, byteCount <= limits.bytes else { return nil }
        let first = lines.removeFirst()
        let fields = lines.compactMap(field)
        guard fields.count == lines.count, fields.count <= limits.fields else { return nil }
        var picture = HeadPicture(
            start: [], isVersion11: true, byteCount: byteCount, fields: fields,
            known: HeadPicture.knownFields.map { values($0.name, fields).first }, framing: .none, keepsAlive: true)
        guard isRequest ? startRequest(first, limits, &picture) : startResponse(first, &picture) else { return nil }
        return frame(&picture, isRequest: isRequest) ? picture : nil
    }

    /// The lines before the first empty one; nil when there is none.
    private static func parts(_ bytes: ArraySlice<UInt8>) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        var rest = bytes
        while let end = rest.indices.first(where: { rest[$0...].starts(with: crlf) }) {
            if end == rest.startIndex { return lines }
            lines.append(Array(rest[..<end]))
            rest = rest[(end + 2)...]
        }
        return nil
    }

    private static func field(_ line: [UInt8]) -> [[UInt8]]? {
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(tokenBytes.contains) else { return nil }
        return [Array(parts[0]), trimmed(parts[1])]
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return Array(Array(bytes.drop(while: isSpace).reversed()).drop(while: isSpace).reversed())
    }

    private static func startRequest(_ line: [UInt8], _ limits: HeadLimits, _ picture: inout HeadPicture) -> Bool {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
        guard parts.count == 3, version(parts[2], &picture) else { return false }
        picture.start = [parts[0], parts[1]]
        let (method, target) = (parts[0], parts[1])
        return !method.isEmpty && method.count <= 32 && method.allSatisfy(tokenBytes.contains)
            && !target.isEmpty && target.count <= limits.target
            && target.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
    }

    private static func startResponse(_ line: [UInt8], _ picture: inout HeadPicture) -> Bool {
        guard line.count >= 12, version(Array(line[..<8]), &picture), line[8] == 0x20 else { return false }
        picture.start = [Array(line[9...])]
        guard let code = Int(String(decoding: line[9..<12], as: UTF8.self)), code >= 100 else { return false }
        return line.count == 12 || line[12] == 0x20
    }

    private static func version(_ text: [UInt8], _ picture: inout HeadPicture) -> Bool {
        picture.isVersion11 = text == Array("HTTP/1.1".utf8)
        return picture.isVersion11 || text == Array("HTTP/1.0".utf8)
    }

    /// The values of all fields with this name, which is in lower case.
    private static func values(_ name: String, _ fields: [[[UInt8]]]) -> [[UInt8]] {
        fields.filter { lowered($0[0]) == name }.map { $0[1] }
    }

    /// Text that ASCII letters' case does not part; nothing but ASCII equals an ASCII name.
    private static func lowered(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }

    private static func frame(_ picture: inout HeadPicture, isRequest: Bool) -> Bool {
        let lengths = values("content-length", picture.fields)
        let codings = values("transfer-encoding", picture.fields)
        guard lengths.count + codings.count <= 1, codings.allSatisfy({ lowered($0) == "chunked" }) else { return false }
        var length: Int?
        if let digits = lengths.first {
            let isNumber = digits.allSatisfy { (0x30...0x39).contains($0) } && (1...18).contains(digits.count)
            guard isNumber, let value = Int(String(decoding: digits, as: UTF8.self)) else { return false }
            length = value
        }
        let expectations = values("expect", picture.fields)
        guard expectations.allSatisfy({ lowered($0) == "100-continue" }) else { return false }
        let options = Set(
            values("connection", picture.fields).flatMap { $0.split(separator: UInt8(ascii: ",")) }
                .map { lowered(trimmed($0)) })
        let closes = options.contains("close")
        picture.keepsAlive = !closes && (picture.isVersion11 || options.contains("keep-alive"))
        if isRequest {
            let hosts = values("host", picture.fields).count
            guard hosts == 1 || hosts == 0 && !picture.isVersion11 else { return false }
            guard codings.isEmpty || picture.isVersion11 else { return false }
            picture.framing = codings.isEmpty ? length.map { $0 == 0 ? .none : .length($0) } ?? .none : .chunked
            picture.expectsContinue = !expectations.isEmpty && picture.isVersion11
            picture.wantsUpgrade = options.contains("upgrade") && picture.isVersion11
        } else {
            // Whoever writes a coding into HTTP/1.0 may not know where its message ends (RFC 9112 section 6.1).
            if !codings.isEmpty, !picture.isVersion11 { picture.keepsAlive = false }
            let code = String(decoding: picture.start[0].prefix(3), as: UTF8.self)
            let hasBody = !code.hasPrefix("1") && code != "204" && code != "304"
            picture.framing =
                !hasBody
                ? .none : codings.isEmpty ? length.map { $0 == 0 ? .none : .length($0) } ?? .untilClose : .chunked
        }
        return true
    }
}
