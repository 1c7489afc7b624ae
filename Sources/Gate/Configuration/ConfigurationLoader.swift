public import Basics
internal import YAML

/// What a configuration is read from; flags beat the environment, that beats the file, that beats the defaults.
public struct ConfigurationSources: Sendable {
    public struct Override: Sendable, Hashable {
        public let key: String
        public let value: String
        /// The flag as it was typed, for messages: `--set`.
        public let flag: String
        public init(_ key: String, _ value: String, flag: String) {
            (self.key, self.value, self.flag) = (key, value, flag)
        }
    }
    public var file: String?
    public var environment: [String: String]
    public var overrides: [Override]
    public var cores: Int
    public var now: Timestamp

    public init(
        file: String? = nil, environment: [String: String] = [:], overrides: [Override] = [], cores: Int, now: Timestamp
    ) {
        (self.file, self.environment, self.overrides) = (file, environment, overrides)
        (self.cores, self.now) = (cores, now)
    }
}

/// A configuration, all that is wrong with it, and where each value came from.
public struct ConfigurationReport: Sendable {
    public internal(set) var configuration: Configuration
    /// Not empty: nothing may start with this configuration.
    public internal(set) var problems: [ConfigurationProblem] = []
    public internal(set) var warnings: [ConfigurationProblem] = []
    /// By key; a key without an entry has its default.
    public internal(set) var origins: [String: ConfigurationOrigin] = [:]

    /// The values in force: key, texts (a secret's are `<redacted>`), origin.
    public var values: [(key: String, texts: [String], origin: ConfigurationOrigin)] {
        let top = ConfigurationKeys.top.map { ($0.path, $0.show(configuration), origins[$0.path] ?? .builtIn) }
        let services = configuration.services.flatMap {
            values(of: $0, ConfigurationKeys.service, "services.\($0.name)")
        }
        let policies = configuration.policies.flatMap {
            values(of: $0, ConfigurationKeys.policy, "policies.\($0.name)")
        }
        return top + services + policies
    }

    private func values<Root>(
        of item: Root, _ keys: [ConfigurationKey<Root>], _ prefix: String
    ) -> [(key: String, texts: [String], origin: ConfigurationOrigin)] {
        keys.map { key in
            let path = "\(prefix).\(key.path)"
            return (path, key.show(item), origins[path] ?? .builtIn)
        }
    }
}

/// Reads a configuration and gathers every mistake; opens files only through what it is handed.
public struct ConfigurationLoader {
    public typealias ReadFile = (_ path: String, _ limit: Int) throws(ConfigurationFileError) -> [UInt8]

    /// More problems than this are not worth a reader's time.
    static let mostProblems = 100
    /// Read by other parts of the program.
    static let otherVariables: Set<String> = [
        "COMFYGATE_CONFIG", "COMFYGATE_ADMIN_PASSWORD", "COMFYGATE_ADMIN_PASSWORD_FILE", "COMFYGATE_TOKEN",
        "COMFYGATE_TOKEN_FILE", "COMFYGATE_SHARED",
    ]

    private let sources: ConfigurationSources
    private let readFile: ReadFile
    private var report: ConfigurationReport

    public static func load(_ sources: ConfigurationSources, readFile: ReadFile) -> ConfigurationReport {
        withoutActuallyEscaping(readFile) { readFile in
            var loader = ConfigurationLoader(
                sources: sources, readFile: readFile,
                report: ConfigurationReport(configuration: Configuration(cores: sources.cores)))
            loader.load()
            return loader.report
        }
    }

    private mutating func load() {
        var section = ConfigurationSection(ConfigurationKeys.top, prefix: "")
        if let path = sources.file, let root = document(path) {
            section.take(root, file: path, groups: ["services", "policies"])
        }
        takeEnvironment(into: &section)
        takeOverrides(into: &section)
        report.problems += section.problems
        var configuration = report.configuration
        for (key, values) in section.values { apply(key, values, key.path, to: &configuration) }
        report.configuration = configuration
        for entry in section.groups["services"] ?? [] {
            add(entry, "services", ConfigurationKeys.service, Configuration.Service(name: entry.name), \.services)
        }
        for entry in section.groups["policies"] ?? [] {
            add(entry, "policies", ConfigurationKeys.policy, Configuration.Policy(name: entry.name), \.policies)
        }
        ConfigurationRules(report.configuration, report.origins, now: sources.now).judge(
            &report.problems, &report.warnings)
        report.problems.sort { $0.sortKey < $1.sortKey }
        if report.problems.count > Self.mostProblems {
            report.problems.removeLast(report.problems.count - Self.mostProblems)
            let words = ConfigurationMessages.tooMany(["limit": "\(Self.mostProblems)"])
            report.problems.append(ConfigurationProblem("", .builtIn, words, ConfigurationMessages.fixFirst()))
        }
    }

    private mutating func document(_ path: String) -> YAMLNode? {
        let bytes: [UInt8]
        do {
            // One byte more than the reader takes, so that it can say that there are too many.
            bytes = try readFile(path, YAMLReader.largest + 1)
        } catch {
            let words = ConfigurationMessages.unreadable(["path": path, "reason": error.reason])
            report.problems.append(ConfigurationProblem("", .builtIn, words, ConfigurationMessages.checkFile()))
            return nil
        }
        do {
            return try YAMLReader.plain.read(bytes)
        } catch {
            report.problems.append(error.problem(file: path))
            return nil
        }
    }

    private mutating func takeEnvironment(into section: inout ConfigurationSection<Configuration>) {
        var known = Self.otherVariables
        for key in ConfigurationKeys.top {
            let names = [key.variable] + (key.shorthand.map { ["COMFYGATE_" + $0.uppercased()] } ?? [])
            let forms = names.flatMap { [$0, $0 + "_FILE"] }
            known.formUnion(forms)
            // Compose hands on a variable nobody set as an empty one.
            let set = forms.filter { sources.environment[$0].map { !$0.isEmpty } ?? false }
            guard let name = set.first, let text = sources.environment[name] else { continue }
            if set.count > 1 {
                let words = ConfigurationMessages.bothSet(["first": name, "second": set[1]])
                report.problems.append(
                    ConfigurationProblem(key.path, .environment(name), words, ConfigurationMessages.keepOne()))
            }
            let isFile = name.hasSuffix("_FILE")
            section.add(
                key, key.isList && !isFile ? Self.split(text) : [text], .environment(name),
                form: isFile ? (key.isSecret ? .named : .fileWithValue) : (key.isSecret ? .secret : .named))
        }
        // Kubernetes sets COMFYGATE_PORT… and COMFYGATE_SERVICE_… for a service of this name.
        let foreign = sources.environment.keys.filter {
            $0.hasPrefix("COMFYGATE_") && !known.contains($0) && !$0.hasPrefix("COMFYGATE_PORT")
                && !$0.hasPrefix("COMFYGATE_SERVICE_")
        }
        for name in foreign.sorted() {
            let near = closest(to: name, among: known.sorted())
            let remedy = near.map { ConfigurationMessages.didYouMean(["key": $0]) } ?? ConfigurationMessages.seeKeys()
            report.warnings.append(
                ConfigurationProblem("", .environment(name), ConfigurationMessages.unknownVariable(), remedy))
        }
    }

    private mutating func takeOverrides(into section: inout ConfigurationSection<Configuration>) {
        var seen: [String: [String]] = [:]
        for override in sources.overrides {
            let origin = ConfigurationOrigin.flag(override.flag)
            guard let key = section.key(override.key) else {
                report.problems.append(section.unknown(override.key, origin))
                continue
            }
            // A list may be given in one word or by repeating the flag.
            seen[key.path, default: []] += key.isList ? Self.split(override.value) : [override.value]
            section.add(key, seen[key.path] ?? [], origin, form: .named)
        }
    }

    private static func split(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmed { $0 == " " } }
    }

    /// An entry of a mapping whose names people choose.
    private mutating func add<Root>(
        _ entry: ConfigurationSection<Configuration>.Group, _ group: String, _ keys: [ConfigurationKey<Root>],
        _ fresh: Root, _ list: WritableKeyPath<Configuration, [Root]>
    ) {
        let prefix = "\(group).\(entry.name)"
        let isName =
            (1...63).contains(entry.name.utf8.count)
            && entry.name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard isName else {
            let words = ConfigurationMessages.badValue(["value": entry.name])
            report.problems.append(ConfigurationProblem(prefix, entry.origin, words, ConfigurationMessages.writeName()))
            return
        }
        var section = ConfigurationSection(keys, prefix: prefix)
        section.take(entry.node, file: entry.file, groups: [])
        report.problems += section.problems
        report.origins[prefix] = entry.origin
        var item = fresh
        for (key, values) in section.values { apply(key, values, "\(prefix).\(key.path)", to: &item) }
        report.configuration[keyPath: list].append(item)
    }

    /// Sets what the sources say about one key, the strongest last; a mistake in a weaker one is reported too.
    private mutating func apply<Root>(
        _ key: ConfigurationKey<Root>, _ values: [ConfigurationValues], _ path: String,
        to root: inout Root
    ) {
        for value in values {
            guard let texts = texts(of: value, key, path) else { continue }
            let wrong = key.assign(texts, &root)
            for index in wrong {
                let shown = key.isSecret ? "<redacted>" : texts.indices.contains(index) ? texts[index] : ""
                report.problems.append(
                    ConfigurationProblem(
                        path, value.origins.indices.contains(index) ? value.origins[index] : value.origin,
                        ConfigurationMessages.badValue(["value": shown]), key.remedy))
            }
            report.origins[path] = value.origin
        }
    }

    /// The texts to be read as values: paths made absolute from the file's folder, files named by `_FILE` read.
    private mutating func texts<Root>(
        of value: ConfigurationValues, _ key: ConfigurationKey<Root>, _ path: String
    ) -> [String]? {
        switch value.form {
        case .secret: return value.texts
        case .named where key.isSecret: return secret(in: resolved(value), path, value.origin).map { [$0] }
        case .named where key.isPath: return [resolved(value)]
        case .named: return value.texts
        case .fileWithValue:
            guard let content = secret(in: value.texts[0], path, value.origin) else { return nil }
            return key.isList ? Self.split(content) : [content]
        }
    }

    private func resolved(_ value: ConfigurationValues) -> String {
        let text = value.texts.first ?? ""
        guard case .file(let file, _) = value.origin, !text.isEmpty, !text.hasPrefix("/"),
            let slash = file.lastIndex(of: "/")
        else { return text }
        return String(file[...slash]) + text
    }

    private mutating func secret(in path: String, _ key: String, _ origin: ConfigurationOrigin) -> String? {
        do {
            let bytes = try readFile(path, Secret.longest + 1)
            guard let secret = try? Secret(reading: bytes) else {
                report.problems.append(
                    ConfigurationProblem(
                        key, origin, ConfigurationMessages.secretBad(), ConfigurationMessages.secretRemedy()))
                return nil
            }
            return secret.reveal()
        } catch {
            let words = ConfigurationMessages.unreadable(["path": path, "reason": error.reason])
            report.problems.append(ConfigurationProblem(key, origin, words, ConfigurationMessages.checkFile()))
            return nil
        }
    }
}

extension ConfigurationProblem {
    /// The file from top to bottom, then the rest by name.
    fileprivate var sortKey: (Int, Int, Int, String) {
        if case .file(_, let position) = origin { (0, position.line, position.column, key) } else { (1, 0, 0, place) }
    }
}
