internal import Basics

/// One key: what the file, the environment, the flags, `config keys` and `docs/configuration.md` know about it.
public struct ConfigurationKey<Root: Sendable>: Sendable {
    /// With dots: `limits.head`. That of a secret ends in `_file`.
    public let path: String
    public let type: String
    public let unit: String
    public let sentence: String
    public let isList: Bool
    public let isSecret: Bool
    let isPath: Bool
    let defaultText: String?
    let remedy: Phrase
    /// Sets the values in their order; returns the indices of those that do not fit.
    let assign: @Sendable ([String], inout Root) -> [Int]
    /// The values in force as they would be written; empty when unset.
    public let show: @Sendable (Root) -> [String]

    private init<Value>(
        _ path: String, _ reader: ValueReader<Value>, _ sentence: String, isList: Bool, defaultText: String?,
        assign: @escaping @Sendable ([String], inout Root) -> [Int], show: @escaping @Sendable (Root) -> [String]
    ) {
        (self.path, self.sentence, self.isList, self.defaultText) = (path, sentence, isList, defaultText)
        type = isList ? "list: \(reader.type)" : reader.type
        (unit, remedy) = (reader.unit, reader.remedy)
        isSecret = Value.self == Secret.self
        isPath = reader.type == "path" || isSecret
        (self.assign, self.show) = (assign, show)
    }

    /// A value with a default.
    init<Value>(
        _ path: String, _ member: any (WritableKeyPath<Root, Value> & Sendable), _ reader: ValueReader<Value>,
        defaultText: String? = nil, _ sentence: String
    ) {
        self.init(
            path, reader, sentence, isList: false, defaultText: defaultText,
            assign: { texts, root in
                guard let value = texts.first.flatMap({ reader.read($0) }) else { return [0] }
                root[keyPath: member] = value
                return []
            },
            show: { [reader.spell($0[keyPath: member])].filter { !$0.isEmpty } })
    }

    /// A value that may be absent.
    init<Value>(
        _ path: String, _ member: any (WritableKeyPath<Root, Value?> & Sendable), _ reader: ValueReader<Value>,
        defaultText: String? = nil, _ sentence: String
    ) {
        self.init(
            path, reader, sentence, isList: false, defaultText: defaultText,
            assign: { texts, root in
                guard let value = texts.first.flatMap({ reader.read($0) }) else { return [0] }
                root[keyPath: member] = value
                return []
            },
            show: { $0[keyPath: member].map { [reader.spell($0)] } ?? [] })
    }

    /// A list; what a stronger source says replaces it as a whole.
    init<Value>(
        list path: String, _ member: any (WritableKeyPath<Root, [Value]> & Sendable), _ reader: ValueReader<Value>,
        defaultText: String? = nil, _ sentence: String
    ) {
        self.init(
            path, reader, sentence, isList: true, defaultText: defaultText,
            assign: { texts, root in
                let values = texts.map { reader.read($0) }
                root[keyPath: member] = values.compactMap(\.self)
                return values.indices.filter { values[$0] == nil }
            },
            show: { $0[keyPath: member].map { reader.spell($0) } })
    }

    /// The environment variable without `_FILE`.
    public var variable: String {
        let name = isSecret ? String(path.dropLast("_file".count)) : path
        return "COMFYGATE_" + name.uppercased().split(separator: ".").joined(separator: "_")
    }

    /// `listen.addresses` may also be written as `listen`.
    var shorthand: String? { path.hasSuffix(".addresses") ? String(path.dropLast(".addresses".count)) : nil }
}
