/// Paths below a root, without slashes at either end.
extension String {
    /// The path of the folder it lies in: `a/b` of `a/b/c`, empty for a name alone.
    public var folderPath: String { split(separator: "/").dropLast().joined(separator: "/") }

    /// Its last part: `c` of `a/b/c`; empty for no path at all.
    public var fileName: String { split(separator: "/").last.map(String.init) ?? "" }

    /// What lies beside it by another name: `a/b/x` beside `a/b/c`.
    public func sibling(_ name: String) -> String {
        let folder = folderPath
        return folder.isEmpty ? name : "\(folder)/\(name)"
    }
}
