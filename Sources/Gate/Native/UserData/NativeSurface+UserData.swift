internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Store
internal import Wire

/// `/userdata`: each account has a tree of its own, whatever lies on the worker.
extension NativeSurface {
    private var store: any UserDataStore { shared.userData }
    private var flavour: ComfyFlavour { fleet.catalogue?.flavour ?? .classic }

    func userData(_ visit: Visit, _ action: UserDataAction, _ parameters: [String]) async throws {
        do {
            switch action {
            case .list: try await listUserData(visit)
            case .tree: try await userDataTree(visit)
            case .read: try await readUserData(visit, UserDataRequest.file(parameters[0]))
            case .style: try await readUserData(visit, .style)
            case .write: try await writeUserData(visit, UserDataRequest.file(parameters[0]))
            case .delete: try await deleteUserData(visit, UserDataRequest.file(parameters[0]))
            case .move: try await moveUserData(visit, parameters[0], to: parameters[1])
            case .settings: try await settings(visit)
            case .setting: try await setting(visit, parameters[0])
            case .changeSettings: try await changeSettings(visit)
            case .changeSetting: try await changeSetting(visit, parameters[0])
            case .users: try await answer(visit, ["storage": "server", "migrated": true])
            case .makeUser:
                throw Refusal(
                    .forbidden, .forbidden,
                    "Accounts are the gate's, one for each person; its administrators make them.")
            }
        } catch let status as Status {
            try await visit.respond(status)
        }
    }

    // MARK: Lists

    private func listUserData(_ visit: Visit) async throws {
        guard let named = visit.query["dir"], !named.isEmpty else {
            return try await respond(visit, .badRequest, text: "Directory not provided")
        }
        guard let folder = try allowed({ try UserDataRequest.path(named) }) else {
            return try await respond(visit, .forbidden, text: "Invalid directory")
        }
        guard let files = try await store.userFiles(of: try account(visit), below: folder) else {
            return try await respond(visit, .notFound, text: "Directory not found")
        }
        try await answer(visit, UserDataAnswers.list(files, below: folder, visit.query, flavour))
    }

    private func userDataTree(_ visit: Visit) async throws {
        guard let folder = try allowed({ try UserDataRequest.path(visit.query["path"] ?? "") }) else {
            return try await respond(visit, .badRequest, text: "Invalid path requested")
        }
        let owner = try account(visit)
        guard let files = try await store.userFiles(of: owner, below: folder) else {
            return try await respond(visit, .notFound, text: "Requested path not found")
        }
        if files.isEmpty, !folder.isRoot {
            return try await respond(visit, .badRequest, text: "Requested path is not a directory")
        }
        try await answer(visit, UserDataAnswers.tree(files, below: folder))
    }

    /// Nil for a path that leaves the folder: lists tell that in words.
    private func allowed(_ path: () throws -> UserPath) throws -> UserPath? {
        do { return try path() } catch let status as Status where status == .forbidden { return nil }
    }

    // MARK: Files

    private func readUserData(_ visit: Visit, _ path: UserPath) async throws {
        guard let found = try await store.userFile(of: try account(visit), at: path) else { throw Status.notFound }
        var fields = UserDataBytes.fields(found.bytes, at: path)
        let tag = EntityTag(Digest32.sha256(found.bytes).description)
        fields["ETag"] = tag?.description
        fields["Last-Modified"] = HTTPDate.format(found.file.modified)
        // Not by the time: a file can be saved twice in a second.
        switch visit.request.preconditions.evaluate(exists: true, tag: tag, modified: nil, isRead: true) {
        case .notModified: try await visit.respond(.notModified, fields)
        case .failed: try await visit.respond(.preconditionFailed, fields)
        case .proceed: try await respond(visit, fields, bytes: found.bytes)
        }
    }

    /// A long answer stands in memory until its client has taken it: an account has as many of them as of uploads.
    private func respond(_ visit: Visit, _ fields: Fields, bytes: [UInt8]) async throws {
        guard bytes.count > Self.largeAnswer, visit.request.method != .head else {
            return try await visit.respond(.ok, fields, bytes)
        }
        try budgets.holdUpload(try account(visit), visit.exchange)
        var fields = fields
        fields["X-Request-Id"] = visit.requestID
        try visit.exchange.startResponse(.ok, fields, contentLength: bytes.count)
        // In parts, so that the exchange lasts, and with it what it holds.
        for start in stride(from: 0, to: bytes.count, by: Self.part) {
            try await visit.exchange.write(Array(bytes[start..<min(start + Self.part, bytes.count)]))
        }
        try visit.exchange.finish()
    }

    private static let largeAnswer = 1 << 20
    private static let part = 256 << 10

    private func writeUserData(_ visit: Visit, _ path: UserPath) async throws {
        let owner = try account(visit)
        let bytes = try await visit.exchange.readBody(limit: min(shared.settings.body, store.limits.file))
        let file = try await changing {
            try await store.write(
                bytes, of: owner, to: path, overwrites: visit.query["overwrite"] != "false", at: shared.clock())
        }
        guard let file else { return try await respond(visit, .conflict, text: "File already exists") }
        try await answer(visit, UserDataAnswers.changed(file, visit.query, flavour))
    }

    private func deleteUserData(_ visit: Visit, _ path: UserPath) async throws {
        guard try await store.delete(of: try account(visit), at: path) else { throw Status.notFound }
        try await visit.respond(.noContent)
    }

    private func moveUserData(_ visit: Visit, _ from: String, to target: String) async throws {
        let owner = try account(visit)
        let path = try UserDataRequest.file(from)
        let place: UserPath
        do { place = try UserDataRequest.file(target) } catch {
            // ComfyUI looks for the file before it judges where it is to go.
            guard try await store.userFile(of: owner, at: path) != nil else { throw Status.notFound }
            throw error
        }
        let overwrites = visit.query["overwrite"] != "false"
        let file = try await changing {
            guard
                let file = try await store.move(
                    of: owner, from: path, to: place, overwrites: overwrites, at: shared.clock())
            else { throw Status.notFound }
            return file
        }
        guard let file else { return try await respond(visit, .conflict, text: "File already exists") }
        try await answer(visit, UserDataAnswers.changed(file, visit.query, flavour))
    }

    /// Nil when the path is taken.
    private func changing(_ change: () async throws -> UserFile) async throws -> UserFile? {
        do { return try await change() } catch let error as GateError {
            guard error.code != .alreadyExists else { return nil }
            throw error.origin == .client ? Refusal(error) : error
        }
    }

    /// Not `no-store`: Chromium keeps a connection for as long as a page has not read such an answer, and the web UI
    /// never reads that a folder is not there.
    private static func fields(_ type: String) -> Fields {
        ["Content-Type": type + "; charset=utf-8", "Cache-Control": "private, no-cache"]
    }

    private func respond(_ visit: Visit, _ status: Status, text: String) async throws {
        try await visit.respond(status, Self.fields("text/plain"), Array(text.utf8))
    }

    private func answer(_ visit: Visit, _ json: JSON) async throws {
        try await visit.respond(.ok, Self.fields("application/json"), json.encoded())
    }

    // MARK: Settings

    private func settings(_ visit: Visit) async throws {
        let document = try await store.settings(of: try account(visit)).document
        try await respond(
            visit, Self.fields("application/json"), bytes: document)
    }

    private func setting(_ visit: Visit, _ key: String) async throws {
        let value = try await store.setting(key, of: try account(visit))
        try await visit.respond(.ok, Self.fields("application/json"), value ?? Array("null".utf8))
    }

    private func changeSettings(_ visit: Visit) async throws {
        let body = try await visit.exchange.readBody(limit: min(shared.settings.body, store.limits.allSettings))
        try await set(visit) { () throws(GateError) in try UserSettings(parsing: body) }
    }

    private func changeSetting(_ visit: Visit, _ key: String) async throws {
        // White space around a value does not count; a value that long is refused all the same.
        let body = try await visit.exchange.readBody(limit: min(shared.settings.body, store.limits.setting))
        guard let value = try? JSON(parsing: body) else {
            throw Refusal(.badRequest, .invalidArgument, "The body must be one JSON value.")
        }
        try await set(visit) { UserSettings([UserSettings.Setting(key, value.encoded())]) }
    }

    private func set(_ visit: Visit, _ settings: () throws(GateError) -> UserSettings) async throws {
        let owner = try account(visit)
        do throws(GateError) {
            try await store.set(try settings(), of: owner, at: shared.clock())
        } catch {
            throw error.origin == .client ? Refusal(error) : error
        }
        try await visit.respond(.ok)
    }
}

/// How a file of `/userdata` is answered.
enum UserDataBytes {
    static func fields(_ bytes: [UInt8], at path: UserPath) -> Fields {
        let start = bytes.span.extracting(first: InlineMedia.prefixBytes)
        let type = SniffedType.of(start, isComplete: start.count == bytes.count)
        var fields = UserBytes.fields(type, name: path.name)
        // Neither can run anything: the type is certain, and nothing is sniffed.
        let certain: String? =
            path == .style ? "text/css; charset=utf-8" : path.name.hasSuffix(".json") ? "application/json" : nil
        if let certain {
            fields["Content-Type"] = certain
            fields["Content-Disposition"] = ContentDisposition.header(.inline, fileName: path.name)
        }
        return fields
    }
}
