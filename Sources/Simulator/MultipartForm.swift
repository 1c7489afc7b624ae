/// A `multipart/form-data` body (RFC 7578), complete in memory.
struct MultipartForm {
    struct Part {
        let name: String
        let filename: String?
        let bytes: [UInt8]
    }

    let parts: [Part]

    /// At most this many parts are read.
    static let maximumParts = 64

    /// Nil when the type is another, the boundary is missing or the body is not delimited by it.
    init?(body: [UInt8], contentType: String?) {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data"),
            let boundary = Self.parameter("boundary", of: contentType), !boundary.isEmpty
        else { return nil }
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [Part] = []
        guard var start = Self.find(delimiter, in: body, from: 0) else { return nil }
        while parts.count < Self.maximumParts {
            start += delimiter.count
            guard start + 1 < body.count, body[start] == 0x0D, body[start + 1] == 0x0A else { break }
            start += 2
            guard let headEnd = Self.find([0x0D, 0x0A, 0x0D, 0x0A], in: body, from: start),
                let end = Self.find([0x0D, 0x0A] + delimiter, in: body, from: headEnd + 2)
            else { return nil }
            let head = String(decoding: body[start..<headEnd], as: UTF8.self)
            let first = min(headEnd + 4, end)
            for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
                guard let name = Self.parameter("name", of: String(line)) else { continue }
                parts.append(
                    Part(
                        name: name, filename: Self.parameter("filename", of: String(line)),
                        bytes: Array(body[first..<max(first, end)])))
            }
            start = end + 2
        }
        self.parts = parts
    }

    func field(_ name: String) -> String? {
        parts.first { $0.name == name && $0.filename == nil }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    func file(_ name: String) -> Part? { parts.first { $0.name == name && $0.filename != nil } }

    /// The value of `; key=value`, quoted or not.
    private static func parameter(_ key: String, of header: String) -> String? {
        let bytes = Array(header.utf8)
        let wanted = Array("\(key)=".utf8)
        var at = 0
        while let found = find(wanted, in: bytes, from: at) {
            at = found + wanted.count
            guard found > 0, bytes[found - 1] == UInt8(ascii: ";") || bytes[found - 1] == UInt8(ascii: " ") else {
                continue
            }
            var value: [UInt8] = []
            if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
                at += 1
                while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                    if bytes[at] == 0x5C, at + 1 < bytes.count { at += 1 }
                    value.append(bytes[at])
                    at += 1
                }
            } else {
                while at < bytes.count, bytes[at] != UInt8(ascii: ";"), bytes[at] != 0x20 {
                    value.append(bytes[at])
                    at += 1
                }
            }
            return String(decoding: value, as: UTF8.self)
        }
        return nil
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard pattern.count <= bytes.count else { return nil }
        var at = start
        while at <= bytes.count - pattern.count {
            if bytes[at] == pattern[0] {
                var length = 1
                while length < pattern.count, bytes[at + length] == pattern[length] { length += 1 }
                if length == pattern.count { return at }
            }
            at += 1
        }
        return nil
    }
}
