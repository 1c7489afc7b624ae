internal import Basics
internal import ComfyAPI
internal import Fleet
internal import Store
internal import Wire

/// An account's files in ComfyUI's shapes.
enum UserDataAnswers {
    // MARK: /userdata

    /// - Parameter files: All below `folder`.
    static func list(_ files: [UserFile], below folder: UserPath, _ query: Query, _ flavour: ComfyFlavour) -> JSON {
        let recurses = UserDataRequest.isTrue(query["recurse"])
        let isFull = UserDataRequest.isTrue(query["full_info"])
        let splits = UserDataRequest.isTrue(query["split"])
        let start = folder.isRoot ? 0 : folder.text.utf8.count + 1
        var found: [JSON] = []
        for file in files {
            let text = String(decoding: file.path.text.utf8.dropFirst(start), as: UTF8.self)
            let names = text.split(separator: "/")
            // Python's glob passes over hidden names, of folders, too.
            guard recurses || names.count == 1, names.allSatisfy({ !$0.hasPrefix(".") }) else { continue }
            if isFull {
                found.append(info(file, as: text, flavour))
            } else if splits {
                found.append(.array([.string(text)] + names.map { .string(String($0)) }))
            } else {
                found.append(.string(text))
            }
        }
        return .array(found)
    }

    /// What a change answers with.
    static func changed(_ file: UserFile, _ query: Query, _ flavour: ComfyFlavour) -> JSON {
        UserDataRequest.isTrue(query["full_info"]) ? info(file, as: file.path.text, flavour) : .string(file.path.text)
    }

    private static func info(_ file: UserFile, as path: String, _ flavour: ComfyFlavour) -> JSON {
        func time(_ time: Timestamp) -> JSON {
            flavour == .current ? JSON(Int(time.milliseconds)) : seconds(time)
        }
        return [
            "path": .string(path), "size": JSON(file.size), "modified": time(file.modified),
            "created": time(file.created),
        ]
    }

    private static func seconds(_ time: Timestamp) -> JSON { JSON(Double(time.milliseconds) / 1_000) }

    // MARK: /v2/userdata

    /// Folders first, then files, each by name without regard to case.
    ///
    /// - Parameter files: All below `folder`.
    static func tree(_ files: [UserFile], below folder: UserPath) -> JSON {
        var folders: [String] = []
        var seen: Set<[UInt8]> = []
        for file in files {
            for parent in file.path.parents where parent.utf8.count > folder.text.utf8.count {
                if seen.insert(Array(parent.utf8)).inserted { folders.append(parent) }
            }
        }
        func sorted(_ entries: [(name: String, json: JSON)]) -> [JSON] {
            entries.map { (key: $0.name.lowercased(), json: $0.json) }.sorted { $0.key < $1.key }.map(\.json)
        }
        let first = folders.map { path in
            (
                name: path.fileName,
                json: ["name": .string(path.fileName), "path": .string(path), "type": "directory"] as JSON
            )
        }
        let rest = files.map { file in
            (
                name: file.path.name,
                json: [
                    "name": .string(file.path.name), "path": .string(file.path.text), "type": "file",
                    "size": JSON(file.size), "modified": seconds(file.modified),
                ] as JSON
            )
        }
        return .array(sorted(first) + sorted(rest))
    }
}
