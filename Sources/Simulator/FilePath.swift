/// Names and folders the way Python's `os.path` reads them, inside one root.
enum FilePath {
    /// Joins and cleans; nil when the result leaves the root. An absolute part always does.
    static func resolve(_ parts: String...) -> String? {
        var clean: [Substring] = []
        for part in parts {
            guard !part.hasPrefix("/"), !part.contains("\0") else { return nil }
            for piece in part.split(separator: "/") where piece != "." {
                if piece == ".." {
                    guard clean.popLast() != nil else { return nil }
                } else {
                    clean.append(piece)
                }
            }
        }
        return clean.joined(separator: "/")
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : name.isEmpty ? folder : folder + "/" + name
    }

    static func base(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// `os.path.splitext`: the extension with its dot; a leading dot is part of the stem.
    static func split(_ name: String) -> (stem: String, suffix: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        return (String(name[..<dot]), String(name[dot...]))
    }

    /// `x.png [output]` names its folder itself; the type is nil without such an ending.
    static func annotated(_ name: String) -> (name: String, type: String?) {
        for type in ["output", "input", "temp"] where name.hasSuffix("[\(type)]") {
            var bare = name.dropLast(type.count + 2)
            if bare.hasSuffix(" ") { bare = bare.dropLast() }
            return (String(bare), type)
        }
        return (name, nil)
    }

    private static let types: [String: String] = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
        "svg": "image/svg+xml", "avif": "image/avif", "ico": "image/vnd.microsoft.icon", "bmp": "image/bmp",
        "mp4": "video/mp4", "webm": "video/webm", "mp3": "audio/mpeg", "ogg": "audio/ogg", "flac": "audio/flac",
        "wav": "audio/x-wav", "json": "application/json", "txt": "text/plain", "csv": "text/csv", "md": "text/markdown",
        "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "css": "text/css",
        "js": "text/javascript", "mjs": "text/javascript", "xml": "text/xml", "pdf": "application/pdf",
        "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "wasm": "application/wasm",
    ]

    /// By the extension, as Python's `mimetypes`; nil when it knows none.
    static func contentType(_ name: String) -> String? { types[String(split(name).suffix.dropFirst()).lowercased()] }
}
