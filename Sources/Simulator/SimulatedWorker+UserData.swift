internal import Basics

/// Settings, users and user files, single-user mode (`app/user_manager.py`, `app/app_settings.py`).
extension SimulatedWorker {
    private static let home = "user/default"
    private static let settingsFile = "user/default/comfy.settings.json"

    private var settings: JSONObject {
        get {
            guard let file = files.read(Self.settingsFile) else { return JSONObject() }
            return (try? JSON(parsing: file.bytes, dialect: .python))?.object ?? JSONObject()
        }
        set { _ = files.write(Self.settingsFile, Array(JSON.object(newValue).pretty().utf8), at: wallNanoseconds) }
    }

    func getSettings() -> SimulatedResponse { .json(.object(settings)) }

    func postSettings(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let new = (try? JSON(parsing: request.body, dialect: .python))?.object else { return .serverError }
        var all = settings
        for (key, value) in new.members { all[key] = value }
        settings = all
        return .empty()
    }

    func getSetting(_ id: String) -> SimulatedResponse { .json(settings[id] ?? nil) }

    func postSetting(_ id: String, _ request: SimulatedRequest) -> SimulatedResponse {
        guard let value = try? JSON(parsing: request.body, dialect: .python) else { return .serverError }
        settings[id] = value
        return .empty()
    }

    func postUsers(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = (try? JSON(parsing: request.body, dialect: .python))?["username"]?.string else {
            return .serverError
        }
        if users.members.contains(where: { $0.value == .string(name) }) {
            return .json(["error": "Duplicate username."], status: 400)
        }
        let blank = name.allSatisfy { $0 == " " }
        if blank || name.hasPrefix("__") {
            if options.flavour.isModern { return .json(["error": "Invalid username."], status: 400) }
            if blank { return .serverError }
        }
        let id = "\(name)_\(makeUUID())"
        if users.count < 1_000 { users[id] = .string(name) }
        return .json(.string(id))
    }

    // MARK: - Files

    func listUserData(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let directory = request.parameter("dir"), !directory.isEmpty else {
            return .text("Directory not provided", status: 400)
        }
        guard let path = FilePath.resolve(directory) else { return .empty(403) }
        let recursive = Self.isYes(request.parameter("recurse"))
        guard let found = files.files(below: FilePath.join(Self.home, path), recursive: recursive) else {
            return .text("Directory not found", status: 404)
        }
        if Self.isYes(request.parameter("full_info")) {
            return .json(.array(found.map { fullInfo($0.path, $0.entry.size, $0.entry.modified, $0.entry.created) }))
        }
        if Self.isYes(request.parameter("split")) {
            return .json(
                .array(
                    found.map { entry in
                        .array([.string(entry.path)] + entry.path.split(separator: "/").map { .string(String($0)) })
                    }))
        }
        return .json(.array(found.map { .string($0.path) }))
    }

    func listUserDataTree(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let path = FilePath.resolve(request.parameter("path") ?? "") else { return .empty(403) }
        let root = FilePath.join(Self.home, path)
        guard files.isDirectory(root) else { return .text("Requested path not found", status: 404) }
        var found: [JSON] = []
        func walk(_ folder: String) {
            let entries = files.list(FilePath.join(Self.home, folder)) ?? []
            for entry in entries where entry.isDirectory {
                found.append([
                    "name": .string(entry.name), "path": .string(FilePath.join(folder, entry.name)),
                    "type": "directory",
                ])
            }
            for entry in entries where !entry.isDirectory && entry.name != "comfy.settings.json" {
                found.append([
                    "name": .string(entry.name), "path": .string(FilePath.join(folder, entry.name)), "type": "file",
                    "size": JSON(entry.size), "modified": Self.seconds(entry.modified),
                ])
            }
            for entry in entries where entry.isDirectory { walk(FilePath.join(folder, entry.name)) }
        }
        walk(path)
        return .json(.array(found))
    }

    func getUserData(_ name: String, _ request: SimulatedRequest) -> SimulatedResponse {
        guard let path = FilePath.resolve(name), !path.isEmpty else { return .empty(403) }
        guard let file = files.read(FilePath.join(Self.home, path)) else { return .empty(404) }
        return .file(file, type: FilePath.contentType(path) ?? "application/octet-stream", request: request)
    }

    func postUserData(_ name: String, _ request: SimulatedRequest) -> SimulatedResponse {
        guard let path = FilePath.resolve(name), !path.isEmpty else { return .empty(403) }
        let place = FilePath.join(Self.home, path)
        if request.parameter("overwrite") == "false", files.exists(place) {
            return .text("File already exists", status: 409)
        }
        guard files.write(place, request.body, at: wallNanoseconds) else { return .serverError }
        return saved(path, request)
    }

    func deleteUserData(_ name: String) -> SimulatedResponse {
        guard let path = FilePath.resolve(name), !path.isEmpty else { return .empty(403) }
        return files.remove(FilePath.join(Self.home, path)) ? .empty(204) : .empty(404)
    }

    func moveUserData(_ name: String, to target: String, _ request: SimulatedRequest) -> SimulatedResponse {
        guard let from = FilePath.resolve(name), !from.isEmpty else { return .empty(403) }
        guard files.exists(FilePath.join(Self.home, from)) else { return .empty(404) }
        guard let to = FilePath.resolve(target), !to.isEmpty else {
            return options.flavour.isModern ? .empty(403) : .serverError
        }
        if request.parameter("overwrite") == "false", files.exists(FilePath.join(Self.home, to)) {
            return .text("File already exists", status: 409)
        }
        guard files.move(FilePath.join(Self.home, from), to: FilePath.join(Self.home, to)) else { return .serverError }
        return saved(to, request)
    }

    private func saved(_ path: String, _ request: SimulatedRequest) -> SimulatedResponse {
        guard Self.isYes(request.parameter("full_info")), let file = files.read(FilePath.join(Self.home, path)) else {
            return .json(.string(path))
        }
        return .json(fullInfo(path, file.bytes.count, file.modified, file.created))
    }

    private func fullInfo(_ path: String, _ size: Int, _ modified: UInt64, _ created: UInt64) -> JSON {
        func time(_ nanoseconds: UInt64) -> JSON {
            options.flavour.isModern ? JSON(Int(nanoseconds / 1_000_000)) : Self.seconds(nanoseconds)
        }
        return ["path": .string(path), "size": JSON(size), "modified": time(modified), "created": time(created)]
    }

    private static func seconds(_ nanoseconds: UInt64) -> JSON { JSON(Double(nanoseconds) / 1_000_000_000) }

    private static func isYes(_ text: String?) -> Bool { text?.lowercased() == "true" }
}
