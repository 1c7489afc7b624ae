/// A media type with its parameters. Source: RFC 9110, section 8.3.1.
public struct MediaType: Sendable, Hashable {
    /// `type/subtype` in lower case.
    public let essence: String
    private let parameters: [HeaderParameters.Parameter]

    /// Nil for anything malformed, and for a parameter given twice.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var index = bytes.trimmed(bytes.wholeRange).lowerBound
        let start = index
        var slash: Int?
        while index < bytes.count {
            if bytes[index] == ASCII.slash, slash == nil {
                slash = index
            } else if !Octet.isTokenByte(bytes[index]) {
                break
            }
            index += 1
        }
        guard let slash, slash > start, index > slash + 1, let essence = bytes.lowercasedASCII(start..<index),
            let parameters = try? HeaderParameters.parse(bytes, from: index),
            Set(parameters.map(\.name)).count == parameters.count
        else { return nil }
        (self.essence, self.parameters) = (essence, parameters)
    }

    /// A parameter's value; `name` in lower case.
    public subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// `application/json`, or a type built on it (`+json`).
    public var isJSON: Bool { essence == "application/json" || essence.hasSuffix("+json") }
}

extension MediaType {
    /// What to call a file of our own, by the part behind the last dot; nil when unknown.
    ///
    /// For bytes of users, `InlineMedia` decides instead.
    public static func forFileName(_ name: String) -> String? {
        guard let dot = name.utf8.lastIndex(of: ASCII.dot) else { return nil }
        return byExtension[String(name[name.utf8.index(after: dot)...]).lowercased()]
    }

    private static let byExtension: [String: String] = [
        "html": "text/html; charset=utf-8", "htm": "text/html; charset=utf-8",
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "json": "application/json; charset=utf-8",
        "map": "application/json; charset=utf-8", "txt": "text/plain; charset=utf-8",
        "md": "text/markdown; charset=utf-8", "csv": "text/csv; charset=utf-8", "xml": "application/xml",
        "yaml": "application/yaml", "yml": "application/yaml", "webmanifest": "application/manifest+json",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
        "avif": "image/avif", "svg": "image/svg+xml", "ico": "image/x-icon", "bmp": "image/bmp",
        "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "mov": "video/quicktime",
        "mp3": "audio/mpeg", "ogg": "audio/ogg", "opus": "audio/ogg", "flac": "audio/flac", "wav": "audio/wav",
        "m4a": "audio/mp4", "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf",
        "wasm": "application/wasm", "zip": "application/zip", "gz": "application/gzip", "pdf": "application/pdf",
        "glb": "model/gltf-binary", "gltf": "model/gltf+json", "obj": "model/obj",
        "safetensors": "application/octet-stream",
    ]
}
