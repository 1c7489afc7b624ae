internal import Basics
internal import YAML

/// What one source says about one key.
struct ConfigurationValues: Sendable {
    enum Form: Sendable {
        /// Values, or the path of a secret's file.
        case named
        /// A secret itself, from the environment.
        case secret
        /// The path of a file that holds the value.
        case fileWithValue
    }
    let texts: [String]
    let origin: ConfigurationOrigin
    /// One for each text.
    let origins: [ConfigurationOrigin]
    let form: Form
}

/// Sorts the entries of a mapping to the keys of one declaration list.
struct ConfigurationSection<Root: Sendable> {
    struct Group: Sendable {
        let name: String
        let node: YAMLNode
        let file: String
        let origin: ConfigurationOrigin
    }

    private let keys: [ConfigurationKey<Root>]
    private let prefix: String
    private var gathered: [String: [ConfigurationValues]] = [:]
    private(set) var problems: [ConfigurationProblem] = []
    /// Entries of mappings whose names people choose.
    private(set) var groups: [String: [Group]] = [:]

    /// - Parameter prefix: Stands before the keys in messages.
    init(_ keys: [ConfigurationKey<Root>], prefix: String) { (self.keys, self.prefix) = (keys, prefix) }

    /// In the order of the declaration.
    var values: [(key: ConfigurationKey<Root>, values: [ConfigurationValues])] {
        keys.compactMap { key in gathered[key.path].map { (key, $0) } }
    }

    func key(_ path: String) -> ConfigurationKey<Root>? { keys.first { $0.path == path || $0.shorthand == path } }

    mutating func add(
        _ key: ConfigurationKey<Root>, _ texts: [String], _ origin: ConfigurationOrigin, form: ConfigurationValues.Form
    ) {
        let origins = texts.map { _ in origin }
        gathered[key.path, default: []].append(
            ConfigurationValues(texts: texts, origin: origin, origins: origins, form: form))
    }

    mutating func take(_ node: YAMLNode, file: String, groups: Set<String>) {
        guard case .mapping(let entries) = node.content else {
            if node.isNull { return }
            let origin = ConfigurationOrigin.file(file, node.position)
            problems.append(
                prefix.isEmpty
                    ? ConfigurationProblem(
                        "", origin, YAMLError(reason: .notMapping, position: node.position).phrase,
                        ConfigurationMessages.seeKeys())
                    : groupProblem("", origin))
            return
        }
        take(entries, at: "", file, groups)
    }

    private mutating func take(
        _ entries: [YAMLNode.Entry], at parent: String, _ file: String, _ groupNames: Set<String>
    ) {
        for entry in entries {
            let path = parent.isEmpty ? entry.key : parent + "." + entry.key
            let origin = ConfigurationOrigin.file(file, entry.position)
            if groupNames.contains(path) {
                takeGroup(entry, path, file)
            } else if let key = keys.first(where: { $0.path == path }) {
                takeValue(entry.value, of: key, file, origin)
            } else if case .mapping(let children) = entry.value.content, isSection(path) {
                take(children, at: path, file, [])
            } else if let key = keys.first(where: { $0.shorthand == path }) {
                takeValue(entry.value, of: key, file, origin)
            } else if isSection(path) {
                if !entry.value.isNull { problems.append(groupProblem(path, origin)) }
            } else {
                problems.append(unknown(path, origin))
            }
        }
    }

    private mutating func takeGroup(_ entry: YAMLNode.Entry, _ path: String, _ file: String) {
        guard case .mapping(let children) = entry.value.content else {
            if !entry.value.isNull {
                let words = ConfigurationMessages.isGroup()
                let remedy = ConfigurationMessages.groupOf(["keys": "NAME: …"])
                problems.append(ConfigurationProblem(path, .file(file, entry.position), words, remedy))
            }
            return
        }
        groups[path] = children.map {
            Group(name: $0.key, node: $0.value, file: file, origin: .file(file, $0.position))
        }
    }

    private mutating func takeValue(
        _ node: YAMLNode, of key: ConfigurationKey<Root>, _ file: String, _ origin: ConfigurationOrigin
    ) {
        if node.isNull {
            report(key, origin, ConfigurationMessages.noValue(), ConfigurationMessages.giveValue())
            return
        }
        var nodes = [node]
        if case .sequence(let items) = node.content {
            guard key.isList else {
                return report(key, origin, ConfigurationMessages.notList(), ConfigurationMessages.keepOne())
            }
            nodes = items
        }
        var texts: [String] = []
        for item in nodes {
            guard case .scalar(let text, _) = item.content else {
                return report(key, .file(file, item.position), ConfigurationMessages.notText(), key.remedy)
            }
            texts.append(text)
        }
        gathered[key.path, default: []].append(
            ConfigurationValues(
                texts: texts, origin: .file(file, node.position), origins: nodes.map { .file(file, $0.position) },
                form: .named))
    }

    private mutating func report(
        _ key: ConfigurationKey<Root>, _ origin: ConfigurationOrigin, _ what: Phrase, _ remedy: Phrase
    ) {
        problems.append(ConfigurationProblem(full(key.path), origin, what, remedy))
    }

    private func full(_ path: String) -> String {
        prefix.isEmpty ? path : path.isEmpty ? prefix : prefix + "." + path
    }

    private func isSection(_ path: String) -> Bool { keys.contains { $0.path.hasPrefix(path + ".") } }

    private func children(of path: String) -> [String] {
        var names: [String] = []
        for key in keys where path.isEmpty || key.path.hasPrefix(path + ".") {
            let rest = key.path.dropFirst(path.isEmpty ? 0 : path.count + 1)
            let name = String(rest.prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private func groupProblem(_ path: String, _ origin: ConfigurationOrigin) -> ConfigurationProblem {
        let keys = children(of: path).joined(separator: ", ")
        return ConfigurationProblem(
            full(path), origin, ConfigurationMessages.isGroup(), ConfigurationMessages.groupOf(["keys": keys]))
    }

    /// A key nobody declared: a secret written into the file, a slip, or a key at the wrong place.
    func unknown(_ path: String, _ origin: ConfigurationOrigin) -> ConfigurationProblem {
        if let secret = keys.first(where: { $0.isSecret && $0.path == path + "_file" }) {
            let arguments: KeyValuePairs = ["key": full(path), "variable": secret.variable]
            return ConfigurationProblem(
                full(path), origin, ConfigurationMessages.secretInline(),
                ConfigurationMessages.secretElsewhere(arguments))
        }
        let leaf = path.split(separator: ".").last.map(String.init) ?? path
        let parent = path.count > leaf.count ? String(path.dropLast(leaf.count + 1)) : ""
        let sibling = closest(to: leaf, among: children(of: parent)).map { parent.isEmpty ? $0 : parent + "." + $0 }
        let elsewhere =
            closest(to: path, among: keys.map(\.path))
            ?? keys.first { $0.path.hasSuffix("." + leaf) }?.path
        let remedy =
            (sibling ?? elsewhere).map { ConfigurationMessages.didYouMean(["key": full($0)]) }
            ?? ConfigurationMessages.seeKeys()
        return ConfigurationProblem(full(path), origin, ConfigurationMessages.unknownKey(), remedy)
    }
}

extension YAMLError {
    func problem(file: String) -> ConfigurationProblem {
        let key = if case .duplicateKey(let key, _) = reason { key } else { "" }
        return ConfigurationProblem(key, .file(file, position), phrase, remedy ?? ConfigurationMessages.seeKeys())
    }
}
