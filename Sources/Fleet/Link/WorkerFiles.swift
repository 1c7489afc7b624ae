internal import Basics
internal import CLinux
internal import ComfyAPI
internal import Glibc
internal import Loop

/// A worker's own folder as this machine sees it: what the gate placed there, or has taken home, is removed again.
///
/// Nodes of strangers write there, too: each step goes from open folder to open folder and follows no link, so that nothing
/// outside can be hit. Every method blocks. What cannot be removed stays; the first error number is returned, or 0.
struct WorkerFiles: Sendable {
    /// Holds `input`, `output` and `temp`.
    let path: String

    /// Folders that may lie in each other below an attempt's own.
    private static let depthLimit = 32

    /// Removes an attempt's own folders with all that is in them, and the files that it named elsewhere.
    func remove(attempt token: String, _ files: [OutputFile]) -> Int32 {
        var first: Int32 = 0
        func note(_ error: Int32) { if first == 0, error != ENOENT { first = error } }
        for type in ["output", "temp"] { note(within([type]) { removeTree(token, in: $0, depth: 0) }) }
        for file in files {
            let folders = [file.type] + file.subfolder.split(separator: "/").map(String.init)
            guard ["output", "temp"].contains(file.type) else { continue }
            note(within(folders) { unlink(file.filename, in: $0) })
        }
        return first
    }

    /// Removes inputs that the gate sent.
    func remove(inputs names: [String]) -> Int32 {
        within(["input"]) { folder in
            var first: Int32 = 0
            for name in names {
                let error = unlink(name, in: folder)
                if first == 0, error != ENOENT { first = error }
            }
            return first
        }
    }

    /// The inputs there whose names only a gate gives.
    func sentInputs() -> [String] {
        var found: [String] = []
        _ = within(["input"]) { folder in
            let (names, error) = folderNames(folder)
            found = names.filter(AttemptNames.isInputName)
            return error
        }
        return found
    }

    /// Opens a folder below `path`, each of its parts a folder and no link.
    private func within(_ folders: [String], _ body: (Int32) -> Int32) -> Int32 {
        var folder = unsafe gate_open(path, O_RDONLY | O_DIRECTORY, 0)
        guard folder >= 0 else { return gate_errno() }
        for name in folders {
            guard Self.isPlain(name) else {
                close(folder)
                return EINVAL
            }
            let next = unsafe gate_open_at(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
            let error = gate_errno()
            close(folder)
            guard next >= 0 else { return error }
            folder = next
        }
        defer { close(folder) }
        return body(folder)
    }

    private func unlink(_ name: String, in folder: Int32) -> Int32 {
        guard Self.isPlain(name) else { return EINVAL }
        return unsafe unlinkat(folder, name, 0) == 0 ? 0 : gate_errno()
    }

    private func removeTree(_ name: String, in folder: Int32, depth: Int) -> Int32 {
        guard depth < Self.depthLimit else { return ELOOP }
        let tree = unsafe gate_open_at(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
        guard tree >= 0 else { return gate_errno() }
        defer { close(tree) }
        for item in folderNames(tree).names where unsafe unlinkat(tree, item, 0) != 0 {
            guard gate_errno() == EISDIR || gate_errno() == EPERM else { return gate_errno() }
            let error = removeTree(item, in: tree, depth: depth + 1)
            guard error == 0 else { return error }
        }
        return unsafe unlinkat(folder, name, AT_REMOVEDIR) == 0 ? 0 : gate_errno()
    }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0x2F || $0 == 0 }
    }
}

/// Removes an attempt's files in the background; nobody waits for it.
final class WorkerCleaning: LoopWork {
    private let files: WorkerFiles
    private let attempt: UUID
    private let listed: [OutputFile]
    private let worker: String
    private let ports: FleetPorts

    init(_ files: WorkerFiles, _ attempt: UUID, _ listed: [OutputFile], worker: String, _ ports: FleetPorts) {
        (self.files, self.attempt, self.listed, self.worker, self.ports) = (files, attempt, listed, worker, ports)
    }

    func run() async {
        let (files, listed, token) = (files, listed, AttemptNames(attempt).token)
        let error = try? await ports.lane.run { files.remove(attempt: token, listed) }
        guard let error, error != 0 else { return }
        ports.log(
            "worker_files_left",
            [
                "worker": .string(worker), "attempt": .string(attempt.description), "folder": .string(files.path),
                "reason": .string(systemMessage(error)),
            ])
    }
}
