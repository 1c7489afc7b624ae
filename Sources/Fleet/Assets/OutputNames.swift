public import Basics
public import Store

/// Gives a worker's report the names its owner knows.
///
/// Only names change; members that are not understood stay as they are.
public struct OutputNames: Sendable {
    private let token: String
    private let places: [String: FilePlace]
    private let assets: [String: UUID]?

    /// - Parameters:
    ///   - token: The folder of the attempt on the worker.
    ///   - places: `CollectedFile.source` to where the owner finds that file, for outputs and inputs.
    ///   - assets: The same to the owner's asset, in place of the worker's, which a file's member `id` names; nil where
    ///     workers have none, and the member may mean anything.
    public init(token: String, places: [String: FilePlace], assets: [String: UUID]? = nil) {
        (self.token, self.places, self.assets) = (token, places, assets)
    }

    /// Whether a report names assets of the worker.
    static func namesAssets(_ report: JSONObject) -> Bool {
        report.members.contains { _, output in
            (output.object?.members ?? []).contains { _, items in
                (items.array ?? [items]).contains { $0["filename"] != nil && $0["id"]?.string != nil }
            }
        }
    }

    /// - Parameter report: `outputs` of a history entry, or what one node reported.
    public func renamed(_ report: JSON) -> JSON { value(report, isFile: false) }

    private func value(_ value: JSON, isFile: Bool) -> JSON {
        switch value {
        case .object(let object): .object(members(object))
        case .array(let items): .array(items.map { self.value($0, isFile: isFile) })
        case .string(let text): .string(path(text, isFile: isFile))
        default: value
        }
    }

    private func members(_ object: JSONObject) -> JSONObject {
        guard case .string(let name)? = object["filename"] else {
            return JSONObject(object.members.map { ($0.key, value($0.value, isFile: Self.paths.contains($0.key))) })
        }
        let subfolder = object["subfolder"]?.string ?? ""
        let type = object["type"]?.string ?? FolderType.output.rawValue
        let source = OutputCollector.source(type, subfolder, name)
        let place = places[source]
        var out = JSONObject()
        for (key, member) in object.members {
            switch (key, member) {
            case ("filename", .string): out[key] = .string(place?.name ?? Self.base(name))
            case ("subfolder", .string):
                out[key] = .string(place?.subfolder ?? shown(subfolder))
            case ("id", .string) where assets != nil: out[key] = assets?[source].map { .string($0.description) }
            case ("type", .string): out[key] = .string(place?.type.rawValue ?? type)
            // A path, and the name of the file inside it.
            case (_, .string(let text)) where Self.isAbsolute(text) && Self.base(text) == Self.base(name):
                out[key] = .string(place?.name ?? Self.base(name))
            default: out[key] = value(member, isFile: true)
            }
        }
        // Absent members have defaults that may no longer hold.
        if let place, out["subfolder"] == nil, !place.subfolder.isEmpty { out["subfolder"] = .string(place.subfolder) }
        if let place, out["type"] == nil, place.type != .output { out["type"] = .string(place.type.rawValue) }
        return out
    }

    /// The subfolder of a file that was not taken; whoever saves by it is not led elsewhere, nor told of another attempt.
    private func shown(_ subfolder: String) -> String {
        let own = OutputCollector.own(subfolder, token: token)
        return FileNameRules.isSubfolder(own) && !OutputCollector.isForeign(own) ? own : ""
    }

    /// Members that hold a path on the worker's disk, outside of what looks like a file.
    private static let paths: Set<String> = [
        "fullpath", "full_path", "filepath", "file_path", "path", "abs_path", "absolute_path", "video_path",
        "audio_path", "image_path", "output_path", "save_path", "filepaths", "file_paths", "paths",
    ]

    /// A text as its owner may read it: a file below the attempt's folder by its public name, any other path on the worker's
    /// disk cut to its last part. Other texts stay, even those that begin with a slash.
    ///
    /// - Parameter isFile: it stands where a path is likely.
    private func path(_ text: String, isFile: Bool) -> String {
        let isAbsolute = Self.isAbsolute(text)
        guard let inside = inside(text) else { return isFile && isAbsolute ? Self.base(text) : text }
        for type in FolderType.allCases {
            var path = inside
            let note = " [\(type.rawValue)]"
            if path.hasSuffix(note) { path = String(path.dropLast(note.count)) }
            let (folder, name) = Self.split(path)
            let worker = folder.isEmpty ? token : "\(token)/\(folder)"
            guard let place = places[OutputCollector.source(type.rawValue, worker, name)] else { continue }
            if isAbsolute { return place.name }
            let end = path == inside ? "" : note
            return (place.subfolder.isEmpty ? place.name : "\(place.subfolder)/\(place.name)") + end
        }
        return isAbsolute ? Self.base(inside) : inside
    }

    /// What stands behind the attempt's folder in a path; nil when it is not in it.
    private func inside(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        let mark = Array(token.utf8)
        guard !mark.isEmpty, bytes.count > mark.count else { return nil }
        var start = 0
        // A path that is not absolute can only begin with it.
        let last = Self.isAbsolute(text) ? bytes.count - mark.count - 1 : 0
        while start <= last {
            let end = start + mark.count
            let isPart = (start == 0 || Self.isSeparator(bytes[start - 1])) && Self.isSeparator(bytes[end])
            if isPart, bytes[start..<end].elementsEqual(mark) {
                let rest = bytes[(end + 1)...].map { $0 == bytes[end] ? UInt8(ascii: "/") : $0 }
                return String(decoding: rest, as: UTF8.self)
            }
            start += 1
        }
        return nil
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }

    /// `/x`, `\\host\x`, `C:\x` and `C:/x`.
    private static func isAbsolute(_ text: String) -> Bool {
        let bytes = Array(text.utf8.prefix(3))
        guard let first = bytes.first else { return false }
        if first == UInt8(ascii: "/") { return true }
        guard bytes.count >= 2 else { return false }
        if first == UInt8(ascii: "\\"), bytes[1] == first { return true }
        return bytes.count == 3 && (first | 0x20) &- 0x61 < 26 && bytes[1] == UInt8(ascii: ":")
            && isSeparator(bytes[2])
    }

    /// The last part of an absolute path; of another text, what stands behind its last `/`.
    private static func base(_ text: String) -> String {
        let isWindows = isAbsolute(text) && text.utf8.first != UInt8(ascii: "/")
        let bytes = Array(text.utf8)
        let from = bytes.lastIndex { $0 == UInt8(ascii: "/") || isWindows && $0 == UInt8(ascii: "\\") }
        return from.map { String(decoding: bytes[($0 + 1)...], as: UTF8.self) } ?? text
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        let bytes = Array(path.utf8)
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        return (
            String(decoding: bytes[..<slash], as: UTF8.self), String(decoding: bytes[(slash + 1)...], as: UTF8.self)
        )
    }
}
