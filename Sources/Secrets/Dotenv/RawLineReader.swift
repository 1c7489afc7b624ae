/// A script that cuts lines at the first `=`: no quotes, no comments, no byte order mark.
enum RawLineReader {
    static func read(_ bytes: [UInt8]) -> DotenvView {
        var view = DotenvView()
        for whole in bytes.split(separator: DotenvBytes.newline) {
            let line = whole.last == DotenvBytes.carriageReturn ? whole.dropLast() : whole
            guard let end = line.firstIndex(of: DotenvBytes.equals) else { continue }
            view[Array(line[..<end])] = .value(DotenvValue(line[(end + 1)...]))
        }
        return view
    }
}
