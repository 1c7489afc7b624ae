/// `docker run --env-file`: the rest of the line is the value, quotes and blanks included.
///
/// Source: docker/cli, kvfile; the container's runtime sets duplicates in their order, so the last one stays.
enum DockerRunReader {
    /// Longest line in bytes, its line end not counted (Go's `bufio.Scanner`).
    static let longestLine = 65_535

    static func read(_ bytes: [UInt8], lookup: DotenvLookup) -> DotenvView {
        var view = DotenvView()
        var lines = bytes.split(separator: DotenvBytes.newline, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for (index, whole) in lines.enumerated() {
            guard whole.count <= longestLine else {
                return DotenvView(refusal: .lineTooLong(limit: longestLine), line: index + 1)
            }
            var line = whole.last == DotenvBytes.carriageReturn ? whole.dropLast() : whole
            guard String(validating: line, as: UTF8.self) != nil else {
                return DotenvView(refusal: .notUTF8, line: index + 1)
            }
            if index == 0, line.starts(with: DotenvBytes.mark) { line = line.dropFirst(DotenvBytes.mark.count) }
            line = DotenvBytes.trimmedStart(line)
            guard let first = line.first, first != DotenvBytes.hash else { continue }
            let end = line.firstIndex(of: DotenvBytes.equals)
            let key = Array(line[..<(end ?? line.endIndex)])
            guard !key.contains(where: { $0 == DotenvBytes.space || $0 == 0x09 }) else {
                return DotenvView(refusal: .spaceInKey, line: index + 1)
            }
            guard !key.isEmpty else { return DotenvView(refusal: .emptyKey, line: index + 1) }
            // No runtime can pass a NUL on.
            guard !line.contains(0) else { return DotenvView(refusal: .nul, line: index + 1) }
            if let end {
                view[key] = .value(DotenvValue(line[(end + 1)...]))
            } else if let value = lookup(key) {
                view[Array(DotenvBytes.trimmedEnd(key[...]))] = .value(DotenvValue(value))
            }
        }
        return view
    }
}
