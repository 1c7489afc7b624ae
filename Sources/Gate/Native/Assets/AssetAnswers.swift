internal import Basics
internal import Store
internal import Wire

/// Assets in ComfyUI 0.26's shape; what is null there is left out.
enum AssetAnswers {
    static func asset(_ reference: AssetReference, preview: AssetReference? = nil) -> JSONObject {
        let hash = JSON.string("blake3:\(reference.asset.hash)")
        var out: JSONObject = [
            "id": .string(reference.id.description), "name": .string(reference.name), "hash": hash, "asset_hash": hash,
            "size": JSON(reference.asset.size), "mime_type": .string(reference.asset.mediaType),
            "tags": tags(reference),
        ]
        let shown = reference.preview == nil ? reference : preview
        out["preview_url"] = shown.flatMap(previewURL).map { .string($0) }
        out["preview_id"] = reference.preview.map { .string($0.description) }
        let path = path(reference.place)
        let own = reference.metadata.flatMap { try? JSON(parsing: $0) }
        out["user_metadata"] = own ?? ["filename": .string(path)]
        out["is_immutable"] = false
        out["metadata"] = metadata(reference, path)
        if let job = reference.job {
            out["job_id"] = .string(job)
            out["prompt_id"] = .string(job)
        }
        out["created_at"] = time(reference.created)
        out["updated_at"] = time(reference.updated)
        out["last_access_time"] = time(reference.accessed)
        return out
    }

    /// What the answer of an upload says of it.
    static func uploaded(_ reference: AssetReference) -> JSON {
        [
            "id": .string(reference.id.description), "name": .string(reference.name),
            "asset_hash": .string("blake3:\(reference.asset.hash)"), "size": JSON(reference.asset.size),
            "mime_type": .string(reference.asset.mediaType), "tags": tags(reference),
        ]
    }

    static func page(_ page: AssetPage, _ query: AssetQuery, previews: [UUID: AssetReference]) -> JSON {
        var out: JSONObject = [
            "assets": .array(
                page.references.map { .object(asset($0, preview: $0.preview.flatMap { previews[$0] })) }),
            "total": JSON(page.total), "has_more": .bool(page.hasMore),
        ]
        if page.hasMore, let last = page.references.last {
            out["next_cursor"] = .string(AssetRequest.cursor(behind: last, query))
        }
        return .object(out)
    }

    /// What the gate knows of the file; ComfyUI says its path on the disk here, too.
    private static func metadata(_ reference: AssetReference, _ path: String) -> JSON {
        let type = reference.asset.mediaType
        var out: JSONObject = [
            "filename": .string(path), "content_length": JSON(reference.asset.size), "content_type": .string(type),
        ]
        let kind = String(type.prefix { $0 != "/" })
        if ["image", "video", "audio"].contains(kind) { out["kind"] = .string(kind) }
        if let dot = path.lastIndex(of: "."), path[dot...].utf8.count > 1 {
            out["format"] = .string(String(path[path.index(after: dot)...]).lowercased())
        }
        return .object(out)
    }

    private static func tags(_ reference: AssetReference) -> JSON { .array(reference.tags.map { .string($0) }) }

    private static func path(_ place: FilePlace) -> String {
        place.subfolder.isEmpty ? place.name : "\(place.subfolder)/\(place.name)"
    }

    private static func previewURL(_ reference: AssetReference) -> String? {
        let place = reference.place
        var query = Query([("type", place.type.rawValue), ("filename", place.name)])
        if !place.subfolder.isEmpty { query.append("subfolder", place.subfolder) }
        return "/api/view?" + query.encoded
    }

    /// As Python writes a time without a zone.
    private static func time(_ time: Timestamp) -> JSON { .string(time.rfc3339.dropLast() + "000") }
}
