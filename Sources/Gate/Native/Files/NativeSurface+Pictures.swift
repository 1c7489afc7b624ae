internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Loop
internal import Pictures
internal import Store
internal import Wire

extension NativeSurface {
    /// `GET /view` with `preview` or `channel`: what ComfyUI makes of a file.
    func picture(_ visit: Visit, _ task: PictureTask, of file: AccountFile) async throws {
        let ports = fleet.ports
        let made = try await refusing(visit) { () throws(GateError) in
            try await shared.pictures.picture(task, of: file.asset.hash, in: ports.assets, files: ports.lane)
        }
        var fields = UserBytes.fields(task.mediaType, name: file.place.name)
        fields["X-Request-Id"] = visit.requestID
        try await visit.exchange.sendFile(made, fields, lane: ports.lane)
    }

    /// A preview is a wish for fewer bytes: of what is not decoded here and a browser shows by itself, all of them do.
    func showsWhole(_ file: AccountFile, insteadOf task: PictureTask) -> Bool {
        guard case .preview = task else { return false }
        return [.gif, .bmp].contains(InlineMedia(rawValue: file.asset.mediaType))
    }

    /// `POST /upload/mask`: keeps a picture of the account with the alpha of an uploaded one.
    func uploadMask(_ visit: Visit) async throws {
        let owner = try account(visit)
        try await fleet.ports.disk.check()
        let form = UploadForm(fleet.ports.assets, limit: shared.settings.body)
        do {
            let file = try await keepMask(visit, owner, form)
            await form.discard()
            try await answer(visit, uploaded: file)
        } catch {
            await drop(form, after: error)
            throw error
        }
    }

    private func keepMask(_ visit: Visit, _ owner: UUID, _ form: UploadForm) async throws -> AccountFile {
        try await form.read(visit.exchange)
        guard let name = form.fileName, let mask = try await form.picture() else {
            throw Refusal(.badRequest, .invalidArgument, "The form has no file in a part named image.")
        }
        guard let reference = MaskReference(form.fields["original_ref"] ?? "") else {
            throw Refusal(
                .badRequest, .invalidArgument,
                "original_ref must be JSON with the filename, subfolder and type of a picture.")
        }
        let target = try UploadTarget(fields: form.fields, fileName: name)
        guard let format = PictureFormat(writing: target.place.name).flatMap({ PictureTask.MaskFormat($0) }) else {
            throw Refusal(.badRequest, .invalidArgument, "The file's name must end in .png or .webp.")
        }
        let ports = fleet.ports
        // ComfyUI answers 200 here and keeps nothing: whoever has drawn a mask would learn of it too late.
        guard let original = try await fleet.file(account: owner, reference.place) else { throw Refusal.noOriginal }
        let picture = try await ports.assets.reader(original.asset.hash)
        let made = try await refusing(visit) { () throws(GateError) in
            try await shared.pictures.masked(picture, with: mask, as: format)
        }
        let draft = try await ports.assets.draft(limit: shared.settings.body)
        var offset = 0
        while true {
            let bytes = try await ports.lane.run { [offset] in try made.read(at: offset, count: AssetStore.window) }
            guard !bytes.isEmpty else { break }
            try await draft.write(bytes)
            offset += bytes.count
        }
        let asset = try await draft.commit()
        return try await keep(asset, at: target.place, overwrites: target.overwrites, for: visit)
    }

    /// A picture that cannot be made is its owner's matter, not an error of the gate: it is told of, and noted.
    private func refusing<Made>(
        _ visit: Visit, _ make: nonisolated(nonsending) () async throws(GateError) -> Made
    ) async throws -> Made {
        do throws(GateError) {
            return try await make()
        } catch {
            guard error.origin == .client else { throw error }
            shared.log.info(
                "picture_refused",
                [
                    "code": .string(error.code.rawValue), "detail": .string(error.detail ?? ""),
                    "request": .string(visit.requestID),
                ])
            throw Refusal(error)
        }
    }
}

/// Which picture a mask is for: the text of `original_ref`.
///
/// Source: ComfyUI's `server.py`, `upload_mask`. Unlike in `/view`, the name may have folders in it.
struct MaskReference: Hashable {
    let place: FilePlace

    init?(_ text: String) {
        guard let json = try? JSON(parsing: text), let filename = json["filename"]?.string,
            let (name, type) = ViewRequest.annotated(filename, type: json["type"]?.string ?? "output"),
            let subfolder = ViewRequest.subfolder(json["subfolder"]?.string ?? "")
        else { return nil }
        let path = subfolder.isEmpty ? name : "\(subfolder)/\(name)"
        guard let reference = FileReference(path, defaultType: type.rawValue) else { return nil }
        place = FilePlace(type, reference.subfolder, reference.filename)
    }
}

extension PictureTask.MaskFormat {
    init?(_ format: PictureFormat) {
        switch format {
        case .png: self = .png
        case .webp: self = .webp
        case .jpeg: return nil
        }
    }
}

extension Refusal {
    static let noOriginal = Refusal(
        .notFound, .notFound, "There is no picture as original_ref names it; upload it first.")
}
