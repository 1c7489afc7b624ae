public import Basics

/// Turns a worker's bytes into what the account may see, in one pass and without reading them as JSON.
///
/// - The attempt's id becomes the public id.
/// - The folder `TOKEN/` goes, a string that is only the token becomes empty, the mark of nodes goes as a member.
/// - A name sent for an input becomes the user's own; the names of other jobs' inputs become `file`.
/// - An absolute path in front of any of these goes, and so does that of a file in a Python traceback or below `roots`.
///
/// Text of JSON inside strings of JSON, and Python's print of a dictionary, are met as well. All else stays as it is.
public struct NameMap: Sendable {
    /// What to look for, and what it means when found.
    struct Needle: Sendable {
        enum Kind: Sendable {
            /// The beginning that id and token have in common.
            case attempt
            case inputName
            /// A name that is not of the gate's making, by its place in `inputs`.
            case oddName(Int)
            case traceback
            case root
        }
        let search: ByteSearch
        let kind: Kind

        init(_ bytes: [UInt8], _ kind: Kind) { (search, self.kind) = (ByteSearch(bytes), kind) }
    }

    let id: [UInt8]
    let token: [UInt8]
    /// As the inside of a JSON string.
    let publicID: [UInt8]
    /// Both as insides of JSON strings; longer names first, since one may begin another.
    let inputs: [(worker: [UInt8], user: [UInt8])]
    let needles: [Needle]

    static let inputPrefix = Array("cg_".utf8)
    static let mark = Array(AttemptNames.mark.utf8)

    /// - Parameters:
    ///   - publicID: Any text.
    ///   - inputs: What the worker answered for each file, and what the user calls it. The first of a name counts.
    ///   - roots: Absolute folders of the worker that no user need know, without a slash at the end.
    public init(
        attempt: AttemptNames, publicID: String, inputs: [(worker: String, user: String)] = [], roots: [String] = []
    ) {
        (id, token) = (Array(attempt.id.utf8), Array(attempt.token.utf8))
        self.publicID = NameMap.inside(publicID)
        var seen: Set<[UInt8]> = []
        let names = inputs.map { (worker: NameMap.inside($0.worker), user: NameMap.inside($0.user)) }
            .filter { !$0.worker.isEmpty && seen.insert($0.worker).inserted }
            .sorted { $0.worker.count > $1.worker.count }
        self.inputs = names
        var needles = [
            Needle(Array(token.prefix(8)), .attempt),
            Needle(NameMap.inputPrefix, .inputName),
            Needle(Array("File ".utf8), .traceback),
        ]
        for (index, name) in names.enumerated() where !name.worker.starts(with: NameMap.inputPrefix) {
            needles.append(Needle(name.worker, .oddName(index)))
        }
        for root in Set(roots).sorted(by: { $0.utf8.count > $1.utf8.count }) where root.utf8.count > 1 {
            needles.append(Needle(NameMap.inside(root), .root))
        }
        self.needles = needles
    }

    /// The map of a checked graph's attempt.
    /// - Parameter names: What the worker answered for each file.
    public init(
        _ graph: CheckedGraph, attempt: AttemptNames, publicID: String, names: [Digest32: String], roots: [String] = []
    ) {
        let inputs = graph.inputs.compactMap { input in
            names[input.file.hash].map { (worker: $0, user: input.text) }
        }
        self.init(attempt: attempt, publicID: publicID, inputs: inputs, roots: roots)
    }

    /// The same array when there is nothing to change.
    /// - Complexity: O(n) for each kind of name, most of which is skipped.
    public func map(_ bytes: [UInt8]) -> [UInt8] {
        var scan = NameScan(map: self, bytes: bytes)
        return scan.run()
    }

    public func map(_ text: String) -> String { String(decoding: map(Array(text.utf8)), as: UTF8.self) }

    /// A text's bytes between the quotes of a JSON string.
    static func inside(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        JSON.write(text, to: &out)
        return Array(out.dropFirst().dropLast())
    }
}
