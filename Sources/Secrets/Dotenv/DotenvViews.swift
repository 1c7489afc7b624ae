/// A file and what its readers see in it: each reads it once, however many keys are asked for.
final class DotenvViews {
    let file: DotenvFile
    private var views: [DotenvReader: DotenvView] = [:]

    init(_ file: DotenvFile) { self.file = file }

    /// As `DotenvFile.objections`, in an empty environment.
    ///
    /// - Parameter readers: The usual ones otherwise.
    func objections(
        to value: DotenvValue, of key: String, readers: Set<DotenvReader>? = nil
    ) -> [DotenvObjection] {
        if readers == nil, file.isPlain, file.written(key) == value.reveal() { return [] }
        return file.objections(to: value, of: key, readers: readers ?? DotenvReader.usual) { view($0)[key] }
    }

    private func view(_ asked: DotenvReader) -> DotenvView {
        // They differ in the mark alone.
        let reader = asked == .composeV1 && !file.hasByteOrderMark ? .pythonDotenvOld : asked
        if let view = views[reader] { return view }
        let view = reader.read(file.bytes)
        views[reader] = view
        return view
    }
}
