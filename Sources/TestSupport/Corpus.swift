internal import Glibc
internal import Loop

/// Inputs that lie beside a test file: what fuzzers were given and found.
package enum Corpus {
    package struct Input: Sendable {
        package let name: String
        package let bytes: [UInt8]
    }

    /// Longer inputs are cut; the fuzzers write none.
    private static let largest = 65_536

    /// The files of `Corpus/<name>` beside `source`, sorted by name; empty when there is no such folder.
    package static func inputs(_ name: String, beside source: String) -> [Input] {
        let folder = source.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/Corpus/\(name)"
        return folderNames(at: path).names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
            read("\(path)/\(name)").map { Input(name: name, bytes: $0) }
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe _ = fclose(file) }
        var bytes = [UInt8](repeating: 0, count: largest)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
        return Array(bytes.prefix(count))
    }
}
