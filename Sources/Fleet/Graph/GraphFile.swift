public import Basics
public import ComfyAPI

/// A file of an account, as far as a graph that reads it is concerned.
public struct GraphFile: Sendable, Hashable {
    /// BLAKE3 of the bytes.
    public let hash: Digest32
    /// Bytes.
    public let size: Int
    /// The account's own name without directories; its extension goes along to the worker.
    public let name: String

    public init(hash: Digest32, size: Int, name: String) { (self.hash, self.size, self.name) = (hash, size, name) }
}

/// One place of a graph that reads a file of the account.
public struct GraphInput: Sendable, Hashable {
    public let node: String
    public let input: String
    /// The member that names the file, when the input is an object of several (`LOAD_3D`).
    public let member: String?
    /// As the user wrote it.
    public let text: String
    public let reference: FileReference
    public let file: GraphFile

    public init(
        node: String, input: String, member: String? = nil, text: String, reference: FileReference, file: GraphFile
    ) {
        (self.node, self.input, self.member) = (node, input, member)
        (self.text, self.reference, self.file) = (text, reference, file)
    }
}

/// One place of a graph that names what a node writes.
public struct GraphWrite: Sendable, Hashable {
    public let node: String
    public let input: String
    /// As the user wrote it, or the class's default where the user left it out.
    public let value: String

    public init(node: String, input: String, value: String) {
        (self.node, self.input, self.value) = (node, input, value)
    }
}
