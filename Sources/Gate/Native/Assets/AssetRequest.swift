internal import Basics
internal import Store
internal import Wire

/// Why a request about assets is refused, in ComfyUI's shape.
struct AssetFault: Error, Sendable, Hashable {
    let status: Status
    /// ComfyUI's, in capitals.
    let code: String
    let message: String
    var details = JSONObject()

    init(_ status: Status, _ code: String, _ message: String, _ details: JSONObject = JSONObject()) {
        (self.status, self.code, self.message, self.details) = (status, code, message, details)
    }

    var json: JSON {
        ["error": ["code": .string(code), "message": .string(message), "details": .object(details)]]
    }

    static func unknown(_ id: String) -> AssetFault {
        AssetFault(.notFound, "ASSET_NOT_FOUND", "AssetReference \(id) not found", ["id": .string(id)])
    }
    static func query(_ message: String) -> AssetFault { AssetFault(.badRequest, "INVALID_QUERY", message) }
    static func body(_ message: String) -> AssetFault { AssetFault(.badRequest, "INVALID_BODY", message) }
    static let noJSON = AssetFault(.badRequest, "INVALID_JSON", "Request body must be valid JSON.")
    static func noBytes(_ hash: String) -> AssetFault {
        AssetFault(.notFound, "ASSET_NOT_FOUND", "Asset content \(hash) does not exist")
    }
    static let models = AssetFault(
        .forbidden, "FORBIDDEN",
        "Models are put on workers by their operators, not through the gate; leave the tag out.")
}

/// What requests about assets say, read strictly.
///
/// Source: ComfyUI 0.26's `app/assets/api/routes.py` and its schemas; comfyui-api, section 8.
enum AssetRequest {
    /// Bytes of what people note about one asset.
    static let metadataLimit = 16_384
    /// Bytes of a label.
    static let nameLimit = 512

    // MARK: Queries

    static func query(_ query: Query, defaultLimit: Int = 20, limits: ClosedRange<Int> = 1...500)
        throws(AssetFault) -> AssetQuery
    {
        var out = AssetQuery()
        out.included = try tags(query.all("include_tags").flatMap { $0.split(separator: ",").map(String.init) })
        out.excluded = try tags(query.all("exclude_tags").flatMap { $0.split(separator: ",").map(String.init) })
        out.nameContains = query["name_contains"].flatMap { $0.isEmpty ? nil : $0 }
        if let text = query["metadata_filter"], !text.isEmpty {
            guard let filter = (try? JSON(parsing: text))?.object else {
                throw .query("metadata_filter must be a JSON object")
            }
            guard filter.members.allSatisfy({ $0.value.object == nil && $0.value.array == nil }) else {
                throw .query("metadata_filter must hold texts, numbers and truth values only")
            }
            out.metadata = filter
        }
        // The web UI asks so, also with what is no hash; ComfyUI looks over it.
        if let text = query["asset_hash"] ?? query["hash"] { out.hash = try? hash(text) }
        out.limit = try number(query["limit"], "limit", limits) ?? defaultLimit
        out.offset = try number(query["offset"], "offset", 0...10_000_000) ?? 0
        if let text = query["sort"], !text.isEmpty {
            guard let sort = AssetQuery.Sort(rawValue: text.lowercased()) else {
                throw .query("sort must be name, created_at, updated_at, size or last_access_time")
            }
            out.sort = sort
        }
        switch (query["order"] ?? "desc").lowercased() {
        case "desc", "": out.isDescending = true
        case "asc": out.isDescending = false
        default: throw .query("order must be asc or desc")
        }
        if let text = query["after"], !text.isEmpty { out.after = try cursor(text, out) }
        return out
    }

    static func number(
        _ text: String?, _ name: String, _ range: ClosedRange<Int>
    ) throws(AssetFault) -> Int? {
        guard let text, !text.isEmpty else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .query("\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Where the next page begins, as the client gets it: opaque, and good for the same order only.
    static func cursor(behind last: AssetReference, _ query: AssetQuery) -> String {
        let value: JSON =
            switch query.sort {
            case .name: .string(last.name)
            case .created: JSON(Int(last.created.milliseconds))
            case .updated: JSON(Int(last.updated.milliseconds))
            case .accessed: JSON(Int(last.accessed.milliseconds))
            case .size: JSON(last.asset.size)
            }
        let json: JSON = [
            "s": .string(query.sort.rawValue), "o": query.isDescending ? "desc" : "asc", "v": value,
            "id": .string(last.id.description),
        ]
        return Base64.encode(json.encoded(), urlSafe: true)
    }

    private static func cursor(_ text: String, _ query: AssetQuery) throws(AssetFault) -> AssetQuery.Cursor {
        let fault = AssetFault(.badRequest, "INVALID_CURSOR", "The cursor is not one of this list in this order.")
        guard let bytes = Base64.decode(text), let json = try? JSON(parsing: bytes),
            json["s"]?.string == query.sort.rawValue, json["o"]?.string == (query.isDescending ? "desc" : "asc"),
            let id = json["id"]?.string.flatMap({ UUID($0) }), let value = json["v"],
            query.sort == .name ? value.string != nil : value.int != nil
        else { throw fault }
        return AssetQuery.Cursor(value: value, id: id)
    }

    // MARK: Values

    /// In lower case, without blanks at the ends and without doubles.
    static func tags(_ texts: [String]) throws(AssetFault) -> [String] {
        var out: [String] = []
        for text in texts {
            let bytes = Array(text.lowercased().utf8)
            guard let first = bytes.firstIndex(where: { $0 > 0x20 }), let last = bytes.lastIndex(where: { $0 > 0x20 })
            else { continue }
            let tag = String(decoding: bytes[first...last], as: UTF8.self)
            guard tag.utf8.count <= AssetTags.bytes, tag.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .body("A tag has at most \(AssetTags.bytes) bytes and no control characters")
            }
            if !out.contains(tag) { out.append(tag) }
        }
        guard out.count <= AssetTags.limit else { throw .body("There may be \(AssetTags.limit) tags at most") }
        return out
    }

    static func hash(_ text: String) throws(AssetFault) -> Digest32 {
        let parts = text.lowercased().split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "blake3", parts[1].utf8.count == 64,
            let digest = Hex.decode(parts[1]).flatMap({ Digest32($0) })
        else { throw AssetFault(.badRequest, "INVALID_HASH", "hash must be like 'blake3:<hex>'") }
        return digest
    }

    static func name(_ text: String) throws(AssetFault) -> String {
        guard !text.isEmpty, text.utf8.count <= nameLimit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .body("name must have 1 to \(nameLimit) bytes and no control characters")
        }
        return text
    }

    /// A JSON object, written anew.
    static func metadata(_ json: JSON) throws(AssetFault) -> [UInt8] {
        guard case .object = json else { throw .body("user_metadata must be a JSON object") }
        let bytes = json.encoded()
        guard bytes.count <= metadataLimit else { throw .body("user_metadata has at most \(metadataLimit) bytes") }
        return bytes
    }

    static func id(_ json: JSON, _ name: String) throws(AssetFault) -> UUID {
        guard let id = json.string.flatMap({ UUID($0.lowercased()) }) else { throw .body("\(name) must be a UUID") }
        return id
    }

    /// The name, the notes and the preview of a body; what is null or absent stays.
    static func change(_ json: JSON) throws(AssetFault) -> AssetChange {
        func member(_ name: String) -> JSON? { json[name].flatMap { $0.isNull ? nil : $0 } }
        guard json.object != nil else { throw .body("The body must be a JSON object") }
        var out = AssetChange()
        if let value = member("name") {
            guard let text = value.string else { throw .body("name must be a text") }
            out.name = try name(text)
        }
        if let value = member("user_metadata") { out.metadata = try metadata(value) }
        if let value = member("preview_id") { out.preview = try id(value, "preview_id") }
        return out
    }

    static func tags(in json: JSON) throws(AssetFault) -> [String] {
        guard let list = json["tags"]?.array, !list.isEmpty, list.allSatisfy({ $0.string != nil }) else {
            throw .body("tags must be a list of texts, not empty")
        }
        let tags = try tags(list.compactMap(\.string))
        guard !tags.isEmpty else { throw .body("tags must be a list of texts, not empty") }
        return tags
    }

    /// The folder that a new asset goes to, and the labels it gets.
    static func folder(_ tags: [String]) throws(AssetFault) -> (type: FolderType, labels: [String]) {
        guard let first = tags.first else { throw .body("Validation failed: at least one tag is required for uploads") }
        guard !tags.contains("models") else { throw .models }
        guard let type = FolderType(rawValue: first) else {
            throw .body("Validation failed: first tag must be one of: models, input, output")
        }
        return (type, Array(tags.dropFirst()))
    }

    /// What a file of this label is called.
    static func fileName(_ label: String) -> String {
        let last = label.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let name = String(decoding: last.utf8.suffix(200), as: UTF8.self)
        return name.isEmpty || name == "." || name == ".." ? "asset" : name
    }
}
