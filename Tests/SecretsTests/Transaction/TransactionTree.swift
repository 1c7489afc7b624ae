import Basics
import Glibc
import TestSupport

@testable import Secrets

/// A tree with the state folder in it, and words about it.
struct TransactionTree {
    let folder = TemporaryFolder()
    var state: String { folder.path(".secrets/.journal") }

    init(_ files: [String: String] = [:]) {
        for (path, text) in files { write(path, text) }
    }

    func write(_ path: String, _ text: String) {
        var parent = folder.path
        for part in path.split(separator: "/").dropLast() {
            parent += "/\(part)"
            unsafe mkdir(parent, 0o755)
        }
        folder.file(path, text.utf8)
    }

    func text(_ path: String) -> String? {
        guard let place = try? PathWalk(root: folder.path).found(path) else { return nil }
        return (try? place.folder.read(place.name, limit: 1 << 24)).flatMap { $0 }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func facts(_ path: String) -> stat {
        var facts = stat()
        unsafe lstat(folder.path(path), &facts)
        return facts
    }

    /// Every file but the lock, relative to the tree; what a transaction leaves shows here.
    var files: Set<String> {
        var found: Set<String> = []
        func visit(_ path: String) {
            guard let walk = try? PathWalk(root: folder.path(path)), let names = try? walk.root.names() else { return }
            for name in names {
                let path = path.isEmpty ? name : "\(path)/\(name)"
                if facts(path).isFolder { visit(path) } else { found.insert(path) }
            }
        }
        visit("")
        return found.subtracting([".secrets/.journal/lock"])
    }

    func transaction(_ limits: TransactionLimits = TransactionLimits()) throws -> FileTransaction {
        try FileTransaction(root: folder.path, state: state, limits: limits)
    }

    /// The error of a run, nil when it is done.
    func run(_ changes: [FileChange], limits: TransactionLimits = TransactionLimits()) -> GateError? {
        do {
            _ = try transaction(limits).run(changes)
            return nil
        } catch {
            return error as? GateError
        }
    }

    func replace(_ path: String, _ old: String, _ new: String, inPlace: Bool = false) -> FileChange {
        FileChange(path, now: .content(Array(old.utf8)), replacement: .content(Array(new.utf8)), inPlace: inPlace)
    }

    func create(_ path: String, _ new: String, mode: UInt32 = 0o600) -> FileChange {
        FileChange(path, now: .absent, replacement: .content(Array(new.utf8)), mode: mode)
    }

    func delete(_ path: String, _ old: String) -> FileChange {
        FileChange(path, now: .content(Array(old.utf8)), replacement: .deletion)
    }
}

extension PathWalk {
    func found(_ path: String) throws -> Place {
        var walk = self
        return try walk.find(path)
    }
}
