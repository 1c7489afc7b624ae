/// The head of one part of a form.
public struct MultipartPart: Sendable, Hashable {
    /// The form field; may be empty.
    public let name: String
    /// As the client sent it, decoded: it may hold slashes and `..`, and must be judged before it names a file.
    public let fileName: String?
    /// As sent, unchecked.
    public let contentType: String?

    public init(name: String, fileName: String? = nil, contentType: String? = nil) {
        (self.name, self.fileName, self.contentType) = (name, fileName, contentType)
    }

    /// Reads a header block with its empty line; every line ends in CRLF. Other headers are skipped.
    init?(parsing bytes: Span<UInt8>) {
        var disposition: Range<Int>?
        var type: Range<Int>?
        var start = 0
        while start < bytes.count {
            guard let end = bytes.firstIndex(of: 0x0D, within: start..<bytes.count) else { return nil }
            let line = start..<end
            start = end + 2
            if line.isEmpty { break }
            guard let colon = bytes.firstIndex(of: ASCII.colon, within: line), colon > line.lowerBound else {
                return nil
            }
            for index in line.lowerBound..<colon where !Octet.isTokenByte(bytes[index]) { return nil }
            let name = line.lowerBound..<colon
            let value = bytes.trimmed(colon + 1..<end)
            for index in value where ASCII.isControl(bytes[index]) && bytes[index] != ASCII.tab { return nil }
            if bytes.matchesIgnoringCase("content-disposition", at: name) {
                guard disposition == nil else { return nil }
                disposition = value
            } else if bytes.matchesIgnoringCase("content-type", at: name) {
                guard type == nil else { return nil }
                type = value
            } else if bytes.matchesIgnoringCase("content-transfer-encoding", at: name) {
                // Obsolete since RFC 7578; these three change nothing.
                guard
                    bytes.matchesIgnoringCase("binary", at: value) || bytes.matchesIgnoringCase("8bit", at: value)
                        || bytes.matchesIgnoringCase("7bit", at: value)
                else { return nil }
            }
        }
        guard let disposition, let (name, fileName) = Self.names(bytes, disposition) else { return nil }
        (self.name, self.fileName) = (name, fileName)
        contentType = type.flatMap { bytes.text($0) }
        if type != nil, contentType == nil { return nil }
    }

    private static func names(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (String, String?)? {
        let value = bytes.extracting(range)
        guard value.count >= 9, value.matchesIgnoringCase("form-data", at: 0..<9),
            let parameters = try? HeaderParameters.parse(value, from: 9),
            Set(parameters.map(\.name)).count == parameters.count,
            let name = parameters.first(where: { $0.name == "name" })?.value, isClean(name)
        else { return nil }
        var fileName = parameters.first { $0.name == "filename" }?.value
        if let extended = parameters.first(where: { $0.name == "filename*" })?.value {
            guard let decoded = Self.extended(extended) else { return nil }
            fileName = decoded
        }
        if let fileName, !isClean(fileName) { return nil }
        return (name, fileName)
    }

    private static func isClean(_ text: String) -> Bool { !text.utf8.contains(where: ASCII.isControl) }

    /// `UTF-8'language'text` of RFC 8187; no other character set is required of a reader.
    private static func extended(_ text: String) -> String? {
        let bytes = text.utf8.span
        guard bytes.count > 6, bytes.matchesIgnoringCase("utf-8'", at: 0..<6),
            let quote = bytes.firstIndex(of: UInt8(ascii: "'"), within: 6..<bytes.count)
        else { return nil }
        var out: [UInt8] = []
        guard PercentEncoding.decode(bytes, quote + 1..<bytes.count, into: &out) else { return nil }
        return out.span.text(0..<out.count)
    }
}
