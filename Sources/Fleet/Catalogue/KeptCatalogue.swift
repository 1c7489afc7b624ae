internal import Basics
internal import ComfyAPI

/// What a worker can do, as it is kept on the disk: a gate that starts while no worker is up knows it, and takes prompts.
struct KeptCatalogue: Sendable {
    var version: String
    var edition: String
    var features: JSONObject
    /// The answer of `/system_stats`, without the command line.
    var stats: JSON
    var objectInfo: [UInt8]

    /// The worker that was reached last.
    static let key = WorkerShelf.Key("", "/catalogue")
    /// Bytes.
    static let limit = 160 << 20

    init(version: String, edition: String, features: JSONObject, stats: JSON, objectInfo: [UInt8]) {
        (self.version, self.edition, self.features) = (version, edition, features)
        (self.stats, self.objectInfo) = (stats, objectInfo)
    }

    /// One document, so that its parts always fit each other; the worker's text as it came.
    func encode() -> [UInt8] {
        let head: JSON = [
            "version": .string(version), "edition": .string(edition), "features": .object(features), "stats": stats,
        ]
        var out = head.encoded()
        out.removeLast()
        out += Array(#","object_info":"#.utf8)
        out += objectInfo
        out.append(UInt8(ascii: "}"))
        return out
    }

    init?(_ bytes: [UInt8]) {
        let span = bytes.span
        var parts: [String: [UInt8]] = [:]
        do throws(JSONError) {
            var scanner = JSONScanner(dialect: .python)
            try scanner.enterObject(in: span)
            while let key = try scanner.nextKey(in: span) {
                let value = try scanner.skipValue(in: span)
                parts[key.string(in: span) ?? ""] = Array(bytes[value.range])
            }
        } catch { return nil }
        func part(_ name: String) -> JSON? { parts[name].flatMap { try? JSON(parsing: $0, dialect: .python) } }
        guard let version = part("version")?.string, let edition = part("edition")?.string,
            let features = part("features")?.object, let objectInfo = parts["object_info"]
        else { return nil }
        self.init(
            version: version, edition: edition, features: features, stats: part("stats") ?? [:], objectInfo: objectInfo)
    }
}

extension SystemStats {
    /// Which ComfyUI with which web UI; answers are kept apart by it.
    var edition: String {
        func text(_ key: String) -> String { system[key]?.string ?? "" }
        let packages = (system["comfy_package_versions"]?.array ?? []).compactMap { $0["installed"]?.string }
        let parts =
            [version, text("required_frontend_version"), text("installed_templates_version")] + packages
        return String(parts.joined(separator: " ").prefix(128))
    }
}
