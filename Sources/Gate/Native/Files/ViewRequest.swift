internal import Basics
internal import ComfyAPI
internal import Pictures
internal import Store
internal import Wire

/// Which file `GET /view` is about.
///
/// Source: ComfyUI's `server.py`, `view_image`, whose statuses these are.
struct ViewRequest: Sendable, Hashable {
    /// How a file is named.
    enum Name: Sendable, Hashable {
        case place(FilePlace)
        /// By its bytes, as ComfyUI 0.26 knows assets.
        case hash(Digest32)
    }

    let name: Name
    /// What is to be made of it; nil for the file itself.
    let task: PictureTask?

    /// - Parameter knowsHashes: Else `blake3:…` is a file's name like others.
    init(_ query: Query, knowsHashes: Bool) throws(Status) {
        guard let text = query["filename"] else { throw .notFound }
        task = try Self.task(preview: query["preview"], channel: query["channel"] ?? "")
        if knowsHashes, text.hasPrefix("blake3:") {
            // Type and folder mean nothing here, and what is no hash is nobody's.
            do throws(AssetFault) { name = .hash(try AssetRequest.hash(text)) } catch { throw .notFound }
            return
        }
        name = .place(try Self.place(text, query))
    }

    private static func place(_ text: String, _ query: Query) throws(Status) -> FilePlace {
        guard let (path, type) = annotated(text, type: query["type"] ?? "output") else { throw .badRequest }
        // Only the last part counts; folders have a parameter of their own.
        let name = path.fileName
        guard let subfolder = subfolder(query["subfolder"] ?? "") else { throw .forbidden }
        guard let reference = FileReference(subfolder.isEmpty ? name : "\(subfolder)/\(name)") else { throw .notFound }
        return FilePlace(type, reference.subfolder, reference.filename)
    }

    /// A name and the folder that it says itself, else this type's; nil for a name that could leave it, and no type.
    ///
    /// Source: ComfyUI's `folder_paths.py`, `annotated_filepath`.
    static func annotated(_ text: String, type: String) -> (name: String, type: FolderType)? {
        var (name, type) = (text, type)
        for folder in FolderType.allCases where text.hasSuffix(" [\(folder.rawValue)]") {
            name = String(text.dropLast(folder.rawValue.utf8.count + 3))
            type = folder.rawValue
        }
        guard !name.isEmpty, !name.hasPrefix("/"), !name.contains(".."), let type = FolderType(rawValue: type) else {
            return nil
        }
        return (name, type)
    }

    /// What ComfyUI makes of the two parameters; a preview beats a channel. It fails for a quality that WebP does not have.
    private static func task(preview: String?, channel: String) throws(Status) -> PictureTask? {
        guard let preview else { return channel == "rgb" ? .colors : channel == "a" ? .alpha : nil }
        let words = preview.split(separator: ";", omittingEmptySubsequences: false)
        var quality = 90
        if let last = words.last, !last.isEmpty, last.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            quality = Int(last) ?? .max
        }
        if words.first == "jpeg", !channel.contains("a") {
            return .preview(.jpeg, quality: min(quality, 100), dropsAlpha: true)
        }
        guard quality <= 100 else { throw .badRequest }
        return .preview(.webp, quality: quality, dropsAlpha: channel == "rgb")
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
