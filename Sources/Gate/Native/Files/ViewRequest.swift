internal import Basics
internal import ComfyAPI
internal import Store
internal import Wire

/// Which file `GET /view` is about.
///
/// Source: ComfyUI's `server.py`, `view_image`, whose statuses these are.
struct ViewRequest: Sendable, Hashable {
    let place: FilePlace
    /// `webp;90` and the like: another picture of it is wanted.
    let preview: String?
    /// `rgb` or `a`: a part of it is wanted.
    let channel: String?

    init(_ query: Query) throws(Status) {
        guard var name = query["filename"] else { throw .notFound }
        var type = query["type"] ?? "output"
        for folder in FolderType.allCases where name.hasSuffix(" [\(folder.rawValue)]") {
            name = String(name.dropLast(folder.rawValue.utf8.count + 3))
            type = folder.rawValue
        }
        guard !name.isEmpty, !name.hasPrefix("/"), !name.contains(".."), let type = FolderType(rawValue: type) else {
            throw .badRequest
        }
        // Only the last part counts; folders have a parameter of their own.
        name = String(name.split(separator: "/").last ?? "")
        guard let subfolder = Self.subfolder(query["subfolder"] ?? "") else { throw .forbidden }
        guard let reference = FileReference(subfolder.isEmpty ? name : "\(subfolder)/\(name)") else { throw .notFound }
        place = FilePlace(type, reference.subfolder, reference.filename)
        preview = query["preview"].flatMap { $0.isEmpty ? nil : $0 }
        channel = query["channel"].flatMap { $0.isEmpty || $0 == "rgba" ? nil : $0 }
    }

    /// A folder below one of the three, without slashes at its ends; nil for what would leave it.
    static func subfolder(_ text: String) -> String? {
        guard !text.hasPrefix("/"), text.utf8.count <= 1_024 else { return nil }
        let parts = text.split(separator: "/").filter { $0 != "." }
        guard parts.allSatisfy({ $0 != ".." && $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C } }) else {
            return nil
        }
        return parts.joined(separator: "/")
    }
}

extension Status: Error {}
