internal import Basics

/// A complete dotenv file from what is left of it; pure, writes nothing.
///
/// The text is the current file's while that is whole, else the example's. Each key of these, of the schema and of the
/// old files gets the first sound value of: the source of truth, the current file, the old files in their order, the
/// example. Whatever needs no change keeps its bytes.
public struct EnvRebuild: Sendable {
    /// A file by the name that people know it by.
    public struct Input: Sendable {
        public let name: String
        public let bytes: [UInt8]

        public init(_ name: String, _ bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
    }

    /// The file whose text was kept.
    public enum Base: String, Sendable, Hashable { case current, example, nothing }

    public enum Origin: Sendable, Hashable {
        case truth, current, example
        case source(String)
        /// Nobody knows a sound value: the key is empty, or as it was.
        case nobody
    }

    /// Where the value of a key comes from.
    public struct Choice: Sendable, Hashable {
        public let key: String
        public let origin: Origin
    }

    public let file: DotenvFile
    public let base: Base
    /// One for each key of the file, those of its text first.
    public let choices: [Choice]
    /// Keys whose value was found but cannot be written at their place in the text: they are as they were.
    public let untouched: [String]
    /// Lines of the current file that no program reads; they are comments now.
    public let silenced: [Int]
    /// A file was there, but is too torn to be edited: its keys were salvaged, its other text is not in the result.
    public let isReplaced: Bool

    /// - Parameter sources: Old files, the best first.
    /// - Throws: `tooLarge`, `noSpelling`, `nulInValue`, `valueTooLong`: a value of the source of truth does not fit.
    public init(
        current: [UInt8]?, example: Input? = nil, sources: [Input] = [], truth: EnvTruth = EnvTruth(),
        schema: EnvSchema = EnvSchema()
    ) throws(DotenvError) {
        let currentReading = current.map { EnvReading($0) }
        let exampleReading = example.map { EnvReading($0.bytes) }
        let keepsCurrent = currentReading.map { $0.isWhole && !$0.isBlank } ?? false
        var text: [UInt8] = []
        if keepsCurrent, let current {
            base = .current
            (text, silenced) = try EnvText.silencing(current)
        } else if let example, let exampleReading, exampleReading.isWhole {
            (base, text, silenced) = (.example, try EnvText.silencing(example.bytes).bytes, [])
        } else {
            (base, silenced) = (.nothing, [])
        }
        isReplaced = !keepsCurrent && currentReading.map { !$0.isBlank } ?? false
        var witnesses: [(origin: Origin, reading: EnvReading)] = []
        if let currentReading { witnesses.append((.current, currentReading)) }
        for source in sources { witnesses.append((.source(source.name), EnvReading(source.bytes))) }
        if let exampleReading { witnesses.append((.example, exampleReading)) }

        var draft = EnvText(try DotenvFile(text))
        var choices: [Choice] = []
        let known = Set(exampleReading?.keys ?? []).union(schema.keys.flatMap { [$0.name] + $0.aliases })
        for key in Self.keys(draft.file.keys, exampleReading?.keys ?? [], witnesses.map(\.reading), schema) {
            let isOwn = (base == .current ? Origin.current : .example)
            let found = Self.find(key, truth, witnesses, schema)
            choices.append(Choice(key: key, origin: found.origin))
            if !known.contains(key), !draft.names(key) { draft.announceOthers() }
            switch found.value {
            case .secret(let secret)?: try draft.set(key, DotenvValue(secret))
            case .assignment(let assignment)?:
                let isHash = schema[key]?.form == .hash
                if found.origin == isOwn, base != .nothing, !isHash, draft.ends(key, with: assignment.written) { break }
                try draft.set(key, assignment, isLiteral: isHash)
            case nil:
                if base == .current, draft.has(key) { break }
                if draft.names(key), !draft.has(key) { break }
                try draft.set(key, DotenvValue([]))
            }
        }
        file = draft.file
        untouched = draft.untouched.map(EnvShown.plainName)
        self.choices = choices
    }

    private enum Value {
        case secret(Secret)
        case assignment(EnvReading.Assignment)
    }

    /// Keys of the text first, then what the example, the schema and the old files know beside them.
    private static func keys(
        _ own: [String], _ example: [String], _ readings: [EnvReading], _ schema: EnvSchema
    ) -> [String] {
        var known: Set<[UInt8]> = []
        let all = own + example + schema.required.map(\.name) + readings.flatMap(\.keys)
        // An alias gives its value to the key it stands for, and is not wanted in a file that never had it.
        let aliases = Set(schema.keys.flatMap(\.aliases)).subtracting(own)
        return all.filter { !aliases.contains($0) && known.insert(Array($0.utf8)).inserted }
    }

    private static func find(
        _ key: String, _ truth: EnvTruth, _ witnesses: [(origin: Origin, reading: EnvReading)], _ schema: EnvSchema
    ) -> (origin: Origin, value: Value?) {
        if let secret = truth[key] { return (.truth, .secret(secret)) }
        var sound: [(origin: Origin, assignment: EnvReading.Assignment)] = []
        for (origin, reading) in witnesses {
            for name in [key] + (schema[key]?.aliases ?? []) {
                for assignment in reading.assignments(of: name).reversed() {
                    let verdict = schema.verdict(on: assignment.value, of: key, isTemplate: assignment.isTemplate)
                    if verdict == .sound { sound.append((origin, assignment)) }
                }
            }
        }
        guard let first = sound.first else { return (.nobody, nil) }
        if first.assignment.mayBeCut {
            let start = first.assignment.value
            // Another file that has exactly this, and goes on behind it, vouches for it.
            let isVouched = sound.contains { !$0.assignment.mayBeCut && $0.assignment.value == start }
            let longer = sound.first {
                $0.assignment.value.count > start.count && $0.assignment.value.starts(with: start)
            }
            if !isVouched, let longer { return (longer.origin, .assignment(longer.assignment)) }
        }
        return (first.origin, .assignment(first.assignment))
    }
}
