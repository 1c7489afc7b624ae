internal import Basics
internal import CLinux
internal import Fleet
internal import Glibc
internal import HTTP
internal import Loop
internal import Store
internal import Wire

/// Pictures that were made once, in a folder of bounded size; who has not been asked for the longest goes first.
///
/// The folder belongs to one process. Nothing in it is needed: losing it costs time. Every method blocks.
final class PictureCache: Sendable {
    struct Limits: Sendable {
        var bytes = 256 << 20
        var files = 16_384
    }

    private struct State {
        /// Name to size in bytes.
        var sizes = LRUTable<String, Int>()
        var size = 0

        mutating func add(_ name: String, _ size: Int) {
            self.size += size - (sizes.peek(name) ?? 0)
            sizes.set(name, size)
        }

        /// Takes out what is too much.
        mutating func evict(_ limits: Limits) -> [String] {
            var names: [String] = []
            while size > limits.bytes || sizes.count > limits.files, let oldest = sizes.oldest {
                sizes.remove(oldest.key)
                size -= oldest.value
                names.append(oldest.key)
            }
            return names
        }
    }

    private let folder: String
    private let limits: Limits
    private let state = Locked(State())

    /// Makes the folder, or takes over what is in it; the folder above must be there.
    init(folder: String, limits: Limits = Limits()) throws(GateError) {
        (self.folder, self.limits) = (folder, limits)
        guard unsafe mkdir(folder, 0o700) == 0 || gate_errno() == EEXIST, unsafe chmod(folder, 0o700) == 0 else {
            throw PictureDraft.failure("make \(folder)", gate_errno())
        }
        takeOver()
    }

    /// What an earlier process left, oldest first; what it had not finished goes.
    private func takeOver() {
        let handle = unsafe gate_open(folder, O_RDONLY | O_DIRECTORY, 0)
        guard handle >= 0 else { return }
        defer { close(handle) }
        var found: [(name: String, size: Int, made: Int64)] = []
        for name in folderNames(handle).names {
            var (size, modified): (Int64, Int64) = (0, 0)
            guard unsafe gate_regular_file("\(folder)/\(name)", &size, &modified) == 1 else { continue }
            if Hex.decode(name).flatMap({ Digest32($0) }) == nil {
                unsafe unlink("\(folder)/\(name)")
            } else {
                found.append((name, Int(size), modified))
            }
        }
        let gone = state.withLock { state in
            for file in found.sorted(by: { ($0.made, $0.name) < ($1.made, $1.name) }) {
                state.add(file.name, file.size)
            }
            return state.evict(limits)
        }
        remove(gone)
    }

    /// Bytes of all files.
    var size: Int { state.withLock { $0.size } }

    /// A picture to be served; its entity tag is the key. Nil when it must be made.
    func open(_ key: Digest32) -> ServedFile? {
        let name = key.description
        let isKnown = state.withLock { $0.sizes.touch(name) != nil }
        return isKnown ? try? ServedFile(opening: "\(folder)/\(name)", tag: EntityTag(name)) : nil
    }

    /// A new empty file to be written; call `keep` or `drop`.
    func draft() throws(GateError) -> PictureDraft {
        let path = "\(folder)/draft-\(UUID())"
        let descriptor = unsafe gate_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw PictureDraft.failure("create \(path)", gate_errno()) }
        return PictureDraft(path: path, descriptor: descriptor)
    }

    /// Puts a draft in its place, and takes out what is then too much.
    func keep(_ draft: PictureDraft, as key: Digest32) throws(GateError) -> ServedFile {
        let name = key.description
        let path = "\(folder)/\(name)"
        guard unsafe rename(draft.path, path) == 0 else {
            // Made is made: it is served this once.
            return try ServedFile(adopting: fcntl(draft.descriptor, F_DUPFD_CLOEXEC, 3), tag: EntityTag(name))
        }
        // Open before anything is taken out: with a small limit that may be this one.
        let file = try ServedFile(opening: path, tag: EntityTag(name))
        let gone = state.withLock { state in
            state.add(name, Int(file.size))
            return state.evict(limits)
        }
        remove(gone)
        return file
    }

    private func remove(_ names: [String]) { for name in names { unsafe unlink("\(folder)/\(name)") } }
}
