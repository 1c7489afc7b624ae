internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Store
internal import Wire

extension NativeSurface {
    /// `GET /view`: a file of the account, whoever's card made it.
    func view(_ visit: Visit) async throws {
        let owner = try account(visit)
        let wanted: ViewRequest
        do throws(Status) {
            wanted = try ViewRequest(visit.query, knowsHashes: fleet.catalogue?.flavour == .current)
        } catch { return try await visit.respond(error) }
        guard let file = try await file(of: owner, wanted.name) else { return try await visit.respond(.notFound) }
        if let task = wanted.task, !showsWhole(file, insteadOf: task) {
            return try await picture(visit, task, of: file)
        }
        var fields = UserBytes.fields(file.asset.mediaType, name: file.place.name)
        fields["X-Request-Id"] = visit.requestID
        let served = try await fleet.ports.assets.open(file.asset.hash)
        try await visit.exchange.sendFile(served, fields, lane: fleet.ports.lane)
    }

    /// A file by the account's own name for it, or by its bytes: another's hash finds nothing.
    private func file(of owner: UUID, _ name: ViewRequest.Name) async throws(GateError) -> AccountFile? {
        switch name {
        case .place(let place): return try await fleet.file(account: owner, place)
        case .hash(let hash):
            guard let known = try await shared.references.reference(account: owner, with: hash) else { return nil }
            // What people call it is how it is saved.
            let place = FilePlace(known.place.type, known.place.subfolder, known.name)
            return AccountFile(place: place, asset: known.asset, created: known.created)
        }
    }

    /// `POST /upload/image`: keeps a file among the account's inputs and says under which name.
    func upload(_ visit: Visit) async throws {
        try await fleet.ports.disk.check()
        let form = UploadForm(fleet.ports.assets, limit: shared.settings.body)
        do {
            try await form.read(visit.exchange)
            guard let name = form.fileName else {
                throw Refusal(.badRequest, .invalidArgument, "The form has no file in a part named image.")
            }
            let target = try UploadTarget(fields: form.fields, fileName: name)
            guard let asset = try await form.commit() else { return try await visit.respond(.badRequest) }
            let file = try await keep(asset, at: target.place, overwrites: target.overwrites, for: visit)
            try await answer(visit, uploaded: file)
        } catch {
            await drop(form, after: error)
            throw error
        }
    }

    /// Lets go of what came; the disk's own failures are remembered for whoever comes next.
    func drop(_ form: UploadForm, after error: any Error) async {
        if let failure = error as? GateError { fleet.ports.disk.note(failure) }
        await form.discard()
    }

    /// Says under which name a file was kept.
    func answer(_ visit: Visit, uploaded file: AccountFile) async throws {
        let owner = try account(visit)
        var answer: JSONObject = [
            "name": .string(file.place.name), "subfolder": .string(file.place.subfolder),
            "type": .string(file.place.type.rawValue),
        ]
        if fleet.catalogue?.flavour == .current,
            let made = try await shared.references.reference(account: owner, at: file.place, revive: true)
        {
            answer["asset"] = AssetAnswers.uploaded(made)
        }
        try await respond(visit, .ok, .object(answer))
    }

    /// Keeps bytes that somebody brought among their files.
    ///
    /// - Throws: `quotaExceeded`.
    func keep(
        _ asset: Asset, at place: FilePlace, overwrites: Bool, for visit: Visit
    ) async throws -> AccountFile {
        try await fleet.ports.files.upload(
            account: try account(visit), place, asset, overwrites: overwrites,
            limit: try await policy(visit).quota.storedBytes, at: shared.clock())
    }

    /// `GET /internal/files/{type}`: names at the top level, newest first.
    func fileNames(_ visit: Visit, _ type: String) async throws {
        guard let type = FolderType(rawValue: type) else {
            return try await respond(visit, .badRequest, ["error": "Invalid directory type"])
        }
        let files = try await fleet.ports.files.files(
            account: try account(visit), type, subfolder: "", limit: Self.fileNameLimit)
        let ending = fleet.catalogue?.flavour == .current ? " [\(type.rawValue)]" : ""
        try await respond(visit, .ok, .array(files.map { .string($0.place.name + ending) }))
    }

    private static let fileNameLimit = 10_000

    /// `GET /object_info` and `/object_info/{class}`: loaders offer the account's own inputs.
    func objectInfo(_ visit: Visit, _ nodeClass: String?) async throws {
        let owner = try account(visit)
        // Who asks for all may have put a model there a moment ago.
        if nodeClass == nil, fleet.catalogue != nil { await fleet.refreshCatalogue(within: 3_000) }
        guard let catalogue = fleet.catalogue else { throw Refusal.noWorker }
        let inputs = try await fleet.ports.files.files(
            account: owner, .input, subfolder: "", limit: Self.fileNameLimit)
        let text = catalogue.objectInfo(of: nodeClass) { wanted in
            var names = Set(inputs.filter { wanted.includes($0.asset.mediaType) }.map(\.place.name))
            if wanted.includes("image/png") { names.insert(StockInput.place.name) }
            return names.sorted()
        }
        try await respond(visit, .ok, json: text)
    }
}

/// How bytes that a person made are answered: nothing in them runs on the gate's origin.
enum UserBytes {
    /// - Parameter mediaType: By their first bytes.
    static func fields(_ mediaType: String, name: String) -> Fields {
        let media = InlineMedia(rawValue: mediaType)
        // An SVG is shown as a picture; as a page of its own the policy keeps its scripts from running.
        let shown = media?.rawValue ?? (mediaType == SniffedType.svg ? mediaType : nil)
        return [
            "Content-Type": shown ?? SniffedType.unknown,
            "Content-Disposition": ContentDisposition.header(shown == nil ? .attachment : .inline, fileName: name),
            "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache",
            "Content-Security-Policy":
                "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
        ]
    }
}
