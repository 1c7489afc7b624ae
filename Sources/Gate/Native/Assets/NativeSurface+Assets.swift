internal import Basics
internal import Fleet
internal import HTTP
internal import Store
internal import Wire

enum AssetAction: Sendable, Hashable {
    case list, make, makeFromHash, hash, one, change, forget, content, addTags, removeTags, refine, tags
    case seed, seedStatus, cancelSeed, prune
}

/// `/api/assets` and `/api/tags`: the account's own files, with names, tags and notes. What workers know of assets is never
/// asked: they know nothing of accounts.
extension NativeSurface {
    private var references: any AssetReferenceStore { shared.references }

    func assets(_ visit: Visit, _ action: AssetAction, _ parameters: [String]) async throws {
        do {
            let owner = try account(visit)
            let id = parameters.first ?? ""
            switch action {
            case .list: try await listAssets(visit, owner)
            case .make: try await makeAsset(visit, owner)
            case .makeFromHash: try await makeAssetFromHash(visit, owner)
            case .hash:
                let isThere = try await references.asset(account: owner, AssetRequest.hash(id)) != nil
                try await visit.respond(isThere ? .ok : .notFound)
            case .one: try await answer(visit, .ok, try await reference(owner, id), owner)
            case .change:
                let change = try AssetRequest.change(try await json(visit))
                try await answer(visit, .ok, try await changed(owner, id, change), owner)
            case .forget:
                guard let known = UUID(id.lowercased()), try await references.forget(account: owner, known) else {
                    throw AssetFault.unknown(id)
                }
                try await visit.respond(.noContent)
            case .content: try await assetContent(visit, owner, id)
            case .addTags: try await addTags(visit, owner, id)
            case .removeTags: try await removeTags(visit, owner, id)
            case .refine:
                let query = try AssetRequest.query(visit.query, defaultLimit: 100, limits: 1...1_000)
                let counts = Self.sorted(try await references.tagCounts(account: owner, query)).prefix(query.limit)
                let members = counts.map { ($0.key, JSON($0.value)) }
                try await respond(visit, .ok, ["tag_counts": .object(JSONObject(members))])
            case .tags: try await listTags(visit, owner)
            case .seed: try await seed(visit)
            case .seedStatus:
                try await respond(visit, .ok, ["state": "IDLE", "progress": Self.noProgress, "errors": []])
            case .cancelSeed: try await respond(visit, .ok, ["status": "idle"])
            case .prune: try await respond(visit, .ok, ["status": "completed", "marked": 0])
            }
        } catch let fault as AssetFault {
            try await respond(visit, fault.status, fault.json)
        }
    }

    // MARK: One

    private func reference(_ owner: UUID, _ text: String) async throws -> AssetReference {
        guard let id = UUID(text.lowercased()), let found = try await references.reference(account: owner, id) else {
            throw AssetFault.unknown(text)
        }
        return found
    }

    private func changed(_ owner: UUID, _ text: String, _ change: AssetChange) async throws -> AssetReference {
        // A preview is one of the account's own assets, or nothing is said of it.
        if let preview = change.preview { _ = try await reference(owner, preview.description) }
        guard let id = UUID(text.lowercased()),
            let new = try await references.change(account: owner, id, change, at: shared.clock())
        else { throw AssetFault.unknown(text) }
        return new
    }

    private func answer(
        _ visit: Visit, _ status: Status, _ reference: AssetReference, _ owner: UUID, isNew: Bool? = nil
    ) async throws {
        var preview: AssetReference?
        if let id = reference.preview { preview = try await references.reference(account: owner, id) }
        var json = AssetAnswers.asset(reference, preview: preview)
        if let isNew { json["created_new"] = .bool(isNew) }
        try await respond(visit, status, .object(json))
    }

    private func assetContent(_ visit: Visit, _ owner: UUID, _ id: String) async throws {
        let reference = try await reference(owner, id)
        try await references.touch(account: owner, reference.id, at: shared.clock())
        var fields = UserBytes.fields(reference.asset.mediaType, name: reference.name)
        // ComfyUI hands content over for saving unless it is to be shown.
        if visit.query["disposition"]?.lowercased() != "inline" {
            fields["Content-Disposition"] = ContentDisposition.header(.attachment, fileName: reference.name)
        }
        fields["X-Request-Id"] = visit.requestID
        let served = try await fleet.ports.assets.open(reference.asset.hash)
        try await visit.exchange.sendFile(served, fields, lane: fleet.ports.lane)
    }

    private func json(_ visit: Visit) async throws -> JSON {
        let body = try await visit.exchange.readBody(limit: 1 << 20)
        guard let json = try? JSON(parsing: body, dialect: .python) else { throw AssetFault.noJSON }
        return json
    }

    // MARK: Lists

    private func listAssets(_ visit: Visit, _ owner: UUID) async throws {
        let query = try AssetRequest.query(visit.query)
        let page = try await references.references(account: owner, query)
        var previews: [UUID: AssetReference] = [:]
        for id in page.references.compactMap(\.preview) where previews[id] == nil {
            previews[id] = try await references.reference(account: owner, id)
        }
        try await respond(visit, .ok, AssetAnswers.page(page, query, previews: previews))
    }

    private static func sorted(_ counts: [String: Int], byName: Bool = false) -> [(key: String, value: Int)] {
        counts.sorted { left, right in
            !byName && left.value != right.value ? left.value > right.value : left.key < right.key
        }
    }

    private func listTags(_ visit: Visit, _ owner: UUID) async throws {
        let query = visit.query
        let limit = try AssetRequest.number(query["limit"], "limit", 1...1_000) ?? 100
        let offset = try AssetRequest.number(query["offset"], "offset", 0...10_000_000) ?? 0
        var counts = try await references.tagCounts(account: owner, AssetQuery())
        if query["include_zero"]?.lowercased() != "false", query["include_zero"] != "0" {
            var known = ["input", "output", "temp", "models", "missing"]
            // ComfyUI has a tag for each kind of models.
            known += await fleet.names(.models)
            for tag in known where counts[tag] == nil { counts[tag] = 0 }
        }
        if let prefix = query["prefix"]?.lowercased(), !prefix.isEmpty {
            counts = counts.filter { $0.key.hasPrefix(prefix) }
        }
        let page = Self.sorted(counts, byName: query["order"] == "name_asc").dropFirst(offset).prefix(limit)
        let tags = page.map { JSON.object(["name": .string($0.key), "count": JSON($0.value)]) }
        try await respond(
            visit, .ok,
            [
                "tags": .array(tags), "total": JSON(counts.count),
                "has_more": .bool(offset + tags.count < counts.count),
            ])
    }

    // MARK: Making

    /// `POST /api/assets`: a form with a file, or with the hash of bytes that the account has.
    private func makeAsset(_ visit: Visit, _ owner: UUID) async throws {
        try await fleet.ports.disk.check()
        let form = UploadForm(fleet.ports.assets, limit: shared.settings.body, filePart: "file")
        do {
            try await form.read(visit.exchange)
            var change = try Self.change(form)
            let (type, labels) = try AssetRequest.folder(
                try AssetRequest.tags(form.all("tags").flatMap(Self.tagList)))
            change.added = labels
            let wanted = try form.fields["hash"].flatMap { $0.isEmpty ? nil : $0 }.map(AssetRequest.hash)
            var known: Asset?
            if let wanted { known = try await references.asset(account: owner, wanted) }
            if let known {
                await form.discard()
                let made = try await make(visit, known, type, form.fileName, change)
                return try await answer(visit, .ok, made, owner, isNew: false)
            }
            guard let asset = try await form.commit() else {
                throw AssetFault(.badRequest, "MISSING_FILE", "Form must include a 'file' part or a known 'hash'.")
            }
            if let wanted, wanted != asset.hash {
                throw AssetFault(.badRequest, "HASH_MISMATCH", "The file does not match the provided hash.")
            }
            let isNew = try await references.asset(account: owner, asset.hash) == nil
            let made = try await make(visit, asset, type, form.fileName, change)
            try await answer(visit, isNew ? .created : .ok, made, owner, isNew: isNew)
        } catch {
            await drop(form, after: error)
            throw error
        }
    }

    /// Tags come as one text with commas, as a JSON list, or one by one.
    private static func tagList(_ text: String) -> [String] {
        if text.hasPrefix("["), let list = (try? JSON(parsing: text))?.array { return list.compactMap(\.string) }
        return text.split(separator: ",").map(String.init)
    }

    private static func change(_ form: UploadForm) throws -> AssetChange {
        var body = JSONObject()
        func value(_ name: String) -> String? { form.fields[name].flatMap { $0.isEmpty ? nil : $0 } }
        body["name"] = value("name").map { .string($0) }
        body["preview_id"] = value("preview_id").map { .string($0) }
        if let text = value("user_metadata") {
            guard let json = try? JSON(parsing: text) else { throw AssetFault.body("user_metadata must be JSON") }
            body["user_metadata"] = json
        }
        return try AssetRequest.change(.object(body))
    }

    /// `POST /api/assets/from-hash`: another's bytes are as if they were not there.
    private func makeAssetFromHash(_ visit: Visit, _ owner: UUID) async throws {
        let body = try await json(visit)
        guard let text = body["hash"]?.string else { throw AssetFault.body("hash is missing") }
        let hash = try AssetRequest.hash(text)
        var change = try AssetRequest.change(body)
        var tags = body["tags"].flatMap { $0.isNull ? nil : $0 } == nil ? [] : try AssetRequest.tags(in: body)
        guard !tags.contains("models") else { throw AssetFault.models }
        guard let asset = try await references.asset(account: owner, hash) else { throw AssetFault.noBytes(text) }
        var type = FolderType.input
        if let first = tags.first, let named = FolderType(rawValue: first) {
            (type, tags) = (named, Array(tags.dropFirst()))
        }
        change.added = tags
        let made = try await make(visit, asset, type, hash.description, change)
        try await answer(visit, .created, made, owner, isNew: false)
    }

    private func make(
        _ visit: Visit, _ asset: Asset, _ type: FolderType, _ fileName: String?, _ change: AssetChange
    ) async throws -> AssetReference {
        let owner = try account(visit)
        if let preview = change.preview { _ = try await reference(owner, preview.description) }
        let label = change.name ?? fileName ?? "\(asset.hash)"
        let wanted = FilePlace(type, "", AssetRequest.fileName(fileName ?? label))
        let file = try await keep(asset, at: wanted, overwrites: false, for: visit)
        guard let made = try await references.reference(account: owner, at: file.place, revive: true) else {
            throw AssetFault.unknown(label)
        }
        var change = change
        change.name = label
        return try await changed(owner, made.id.description, change)
    }

    // MARK: Tags

    private func addTags(_ visit: Visit, _ owner: UUID, _ id: String) async throws {
        let tags = try AssetRequest.tags(in: try await json(visit))
        guard !tags.contains("models") else { throw AssetFault.models }
        let before = Set(try await reference(owner, id).tags)
        var change = AssetChange()
        change.added = tags.filter { !before.contains($0) }
        let after = try await changed(owner, id, change)
        try await respond(
            visit, .ok,
            [
                "added": Self.list(change.added), "already_present": Self.list(tags.filter(before.contains)),
                "total_tags": Self.list(after.tags),
            ])
    }

    private func removeTags(_ visit: Visit, _ owner: UUID, _ id: String) async throws {
        let tags = try AssetRequest.tags(in: try await json(visit))
        let before = try await reference(owner, id)
        var change = AssetChange()
        change.removed = tags.filter(before.labels.contains)
        let after = try await changed(owner, id, change)
        var out: JSONObject = [
            "removed": Self.list(change.removed),
            "not_present": Self.list(tags.filter { !before.tags.contains($0) }), "total_tags": Self.list(after.tags),
        ]
        // Where the file lies is no label.
        let fixed = tags.filter { before.placeTags.contains($0) && !before.labels.contains($0) }
        if !fixed.isEmpty { out["protected"] = Self.list(fixed) }
        try await respond(visit, .ok, .object(out))
    }

    private static func list(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    // MARK: Scans

    private static let noProgress: JSON = ["scanned": 0, "total": 0, "created": 0, "skipped": 0]

    /// ComfyUI looks for new files on the disk then; here every file has its asset from the beginning.
    private func seed(_ visit: Visit) async throws {
        let waits = ["true", "1", "yes"].contains(visit.query["wait"]?.lowercased())
        if waits {
            try await respond(visit, .ok, ["status": "completed", "progress": Self.noProgress, "errors": []])
        } else {
            try await respond(visit, .accepted, ["status": "started"])
        }
    }
}
