internal import Basics
internal import Secrets
public import YAML

/// The compose files of a project's folder, put together as Compose puts them together.
///
/// Source: the Compose specification, chapters merge, extends and include.
public struct ComposeFiles: Sendable {
    /// How many files or services may build on each other; Compose itself refuses only circles.
    private static let deepest = 16
    /// What Compose looks for, the first one first: it takes one of these, and one of the overrides on top of it.
    private static let usual = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]
    private static let overrides = [
        "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
    ]

    /// By their paths, relative to the project's folder.
    public private(set) var documents: [String: YAMLNode] = [:]
    /// Files that only lend services to others by `extends`, and are not started.
    private var lenders: Set<String> = []
    /// What `COMPOSE_FILE` puts on top of a file, in its order.
    private var layers: [String: [String]] = [:]

    public init() {}

    public mutating func add(_ document: YAMLNode, path: String) { documents[path] = document }

    /// Leaves the services of these out, but for what others extend of them.
    public mutating func lend(_ paths: Set<String>) { lenders.formUnion(paths) }

    /// The files that are started together in place of the usual ones: the first one, changed by those behind it.
    public mutating func choose(_ paths: [String]) {
        if let base = paths.first { layers[base] = Array(paths.dropFirst()) }
    }

    /// The files that `COMPOSE_FILE` in a folder's `.env` names, relative to the project's folder; those outside it are left
    /// out. Windows separates by `;`, other systems by `:`, and `COMPOSE_PATH_SEPARATOR` says otherwise.
    public static func chosen(by variables: ComposeVariables, in folder: String) -> [String] {
        func text(_ name: String) -> String? { variables[name].map { String(decoding: $0.reveal(), as: UTF8.self) } }
        guard let list = text("COMPOSE_FILE") else { return [] }
        let separator = text("COMPOSE_PATH_SEPARATOR")?.first ?? (list.contains(";") ? ";" : ":")
        return list.split(separator: separator).compactMap { ComposeFile.path(of: String($0), in: folder) }
    }

    /// One entry of `include`.
    public struct Inclusion: Sendable, Hashable {
        /// Relative to the project's folder; those behind the first one change it.
        public let paths: [String]
        /// What stands in for the `.env` beside the files; nil where that counts.
        public let environmentFiles: [String]?
        /// Relative paths in the files are meant from another folder.
        public let isMoved: Bool
    }

    /// What other files a file includes; those outside the project's folder are left out.
    public static func included(by document: YAMLNode, in path: String) -> [Inclusion] {
        func paths(_ node: YAMLNode?) -> [String] {
            node.map { $0.elements.isEmpty ? [$0] : $0.elements }?.compactMap { $0.text }
                .compactMap { ComposeFile.path(of: $0, in: path.folderPath) } ?? []
        }
        return (document["include"]?.elements ?? []).map { entry in
            Inclusion(
                paths: paths(entry["path"] ?? entry), environmentFiles: entry["env_file"].map { paths($0) },
                isMoved: entry["project_directory"] != nil)
        }
    }

    /// The files of secrets and configs that a file's services want, relative to the project's folder, with `secrets` or
    /// `configs`.
    public static func lent(by document: YAMLNode, in path: String) -> [(key: String, path: String)] {
        ["secrets", "configs"].flatMap { key in
            let wanted = Set(
                services(of: document).flatMap { $0.value[key]?.elements ?? [] }
                    .compactMap { $0.text ?? $0["source"]?.text })
            return (document[key]?.entries ?? []).filter { wanted.contains($0.key) }.compactMap { entry in
                entry.value["file"]?.text.flatMap { ComposeFile.path(of: $0, in: path.folderPath) }.map { (key, $0) }
            }
        }
    }

    /// What other files a file takes services from, relative to the project's folder.
    public static func extended(by document: YAMLNode, in path: String) -> [String] {
        services(of: document).compactMap { service in
            service.value["extends"]?["file"]?.text.flatMap { ComposeFile.path(of: $0, in: path.folderPath) }
        }
    }

    /// Each file with the services it makes, in the order of the paths. What a file named `override` says counts in the one
    /// beside it; a service without an image of its own is the one of that name in the folder's usual file, changed.
    public var merged: [(path: String, document: YAMLNode)] {
        let ignored = ignored
        return documents.sorted { $0.key < $1.key }.compactMap { path, document in
            let base = base(beside: path)
            let isChanged = layers[path] != nil
            guard isChanged || !isLayer(path), !lenders.contains(path), ignored[path] == nil else { return nil }
            guard !Self.services(of: document).isEmpty else { return (path, document) }
            var services = resolved(document, in: path)
            if isChanged || path == base {
                for (other, overriding) in overrides(of: path) {
                    services = services.merged(with: resolved(overriding, in: other))
                }
            } else if let base {
                let completed = services.entries.map { entry in
                    let isPiece = entry.value["image"] == nil && entry.value["build"] == nil
                    let old = isPiece ? resolved(entry.key, in: base, depth: 0) : nil
                    return (entry.key, old?.merged(with: entry.value) ?? entry.value)
                }
                services = YAMLNode(completed)
            }
            let name = document["name"] ?? base.flatMap { documents[$0]?["name"] }
            return (path, YAMLNode([("services", services.settled)] + (name.map { [("name", $0)] } ?? [])))
        }
    }

    /// Files that Compose does not read because there is another one in their folder, which is told with each; what another
    /// file includes or extends is read all the same.
    public var ignored: [String: String] {
        var used: Set<String> = []
        for (path, document) in documents {
            used.formUnion(Self.included(by: document, in: path).flatMap(\.paths))
            used.formUnion(Self.extended(by: document, in: path))
        }
        let chosen = Set(layers.keys.map(\.folderPath))
        var found: [String: String] = [:]
        for path in documents.keys where !used.contains(path) && !chosen.contains(path.folderPath) {
            let names = [Self.usual, Self.overrides].first { $0.contains(path.fileName) } ?? []
            if let taken = taken(of: names, beside: path), taken != path { found[path] = taken }
        }
        return found
    }

    /// The first file of these names that there is in the folder.
    private func taken(of names: [String], beside path: String) -> String? {
        names.map(path.sibling).first { documents[$0] != nil }
    }

    /// The services of a file, each with what it extends.
    private func resolved(_ document: YAMLNode, in path: String) -> YAMLNode {
        YAMLNode(Self.services(of: document).map { ($0.key, resolved($0.key, in: path, depth: 0) ?? $0.value) })
    }

    /// What services of a file name and neither it nor what changes it defines. Only files that are started by themselves are
    /// judged: a piece may be one of several.
    public func undefined(in path: String) -> [ComposeComplaint] {
        guard Self.isUsual(path) || layers[path] != nil, let own = documents[path] else { return [] }
        let all = [own] + overrides(of: path).map(\.document)
        guard !all.contains(where: { $0["include"] != nil }) else { return [] }
        func defined(_ key: String) -> Set<String> { Set(all.flatMap { $0[key]?.entries.map(\.key) ?? [] }) }
        let (services, networks, volumes) = (defined("services"), defined("networks"), defined("volumes"))
        let (secrets, configs) = (defined("secrets"), defined("configs"))
        return all.flatMap(Self.services).flatMap { entry -> [ComposeComplaint] in
            let service = entry.value
            func names(_ key: String, under member: String = "source") -> [String] {
                let node = service[key]
                return (node?.entries.map(\.key) ?? [])
                    + (node?.elements ?? []).compactMap { $0.text ?? $0[member]?.text }
            }
            let volumesNamed = (service["volumes"]?.elements ?? []).compactMap { element -> String? in
                if let text = element.text { return text.contains(":") ? String(text.prefix { $0 != ":" }) : nil }
                return element["type"]?.text == "volume" ? element["source"]?.text : nil
            }.filter { $0.utf8.first.map { byte in !"./~".utf8.contains(byte) } ?? false }
            let extended = (service["extends"]?.text ?? service["extends"]?["service"]?.text).map { [$0] } ?? []
            let lender = service["extends"]?["file"]?.text
            // One that is not there is told as that.
            let lent = lender.map { file in
                ComposeFile.path(of: file, in: path.folderPath).flatMap { documents[$0] }
                    .map { Set(Self.services(of: $0).map(\.key)) } ?? Set(extended)
            }
            let wishes: [(key: String, names: [String], defined: Set<String>)] = [
                ("extends", extended, lent ?? services),
                ("depends_on", names("depends_on"), services),
                ("networks", names("networks"), networks.union(["default"])),
                ("volumes", volumesNamed, volumes), ("secrets", names("secrets"), secrets),
                ("configs", names("configs"), configs),
            ]
            return wishes.flatMap { wish in
                wish.names.filter { !wish.defined.contains($0) && !$0.contains("$") }
                    .map { .undefined(service: entry.key, key: wish.key, name: $0) }
            }
        }
    }

    /// One that Compose takes without being told to, so that it has to be whole.
    public static func isUsual(_ path: String) -> Bool { usual.contains(path.fileName) }

    /// The name of the project that a file makes: what it says, what `.env` says, or its folder's.
    ///
    /// - Parameter root: The name of the project's folder, for files that lie in it.
    public static func project(
        of document: YAMLNode, in path: String, _ variables: inout ComposeVariables, root: String
    ) -> String {
        let said = document["name"]?.text.flatMap { variables.fill($0) } ?? variables["COMPOSE_PROJECT_NAME"]
        let name =
            said.map { String(decoding: $0.reveal(), as: UTF8.self) } ?? path.folderPath.split(separator: "/").last
            .map(String.init) ?? root
        return name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }

    /// A service with what it extends; nil where there is none of the name.
    private func resolved(_ name: String, in path: String, depth: Int) -> YAMLNode? {
        guard let service = documents[path].map(Self.services)?.first(where: { $0.key == name })?.value else {
            return nil
        }
        guard let extends = service["extends"], depth < Self.deepest,
            let other = extends.text ?? extends["service"]?.text
        else { return service }
        let file = extends["file"]?.text.map { ComposeFile.path(of: $0, in: path.folderPath) } ?? path
        guard let file, file != path || other != name, var old = resolved(other, in: file, depth: depth + 1) else {
            return service
        }
        if file.folderPath != path.folderPath { old = old.moved(from: file.folderPath, to: path.folderPath) }
        return old.merged(with: service)
    }

    private func overrides(of base: String) -> [(path: String, document: YAMLNode)] {
        if let chosen = layers[base] { return chosen.compactMap { path in documents[path].map { (path, $0) } } }
        guard let path = taken(of: Self.overrides, beside: base), let document = documents[path] else { return [] }
        return [(path, document)]
    }

    /// Whether it is only ever read on top of another one.
    private func isLayer(_ path: String) -> Bool {
        if layers.values.contains(where: { $0.contains(path) }) { return true }
        guard Self.isOverride(path), let base = base(beside: path) else { return false }
        return layers[base] == nil
    }

    /// The one in the folder that is started without naming any.
    private func base(beside path: String) -> String? {
        layers.keys.filter { $0.folderPath == path.folderPath }.min()
            ?? taken(of: Self.usual, beside: path)
    }

    private static func services(of document: YAMLNode) -> [YAMLNode.Entry] { document["services"]?.entries ?? [] }

    private static func isOverride(_ path: String) -> Bool { overrides.contains(path.fileName) }
}

extension YAMLNode {
    /// Lists of which the later one counts alone; others are appended.
    private static let replaced: Set<String> = ["command", "entrypoint", "test"]

    /// What stands under it is taken away, here and in what was read before.
    private var isReset: Bool { tag == "!reset" }

    /// Without what `!reset` takes away.
    fileprivate var settled: YAMLNode {
        switch content {
        case .scalar: self
        case .sequence(let nodes): YAMLNode(nodes.filter { !$0.isReset }.map(\.settled), at: position)
        case .mapping(let entries):
            YAMLNode(entries.filter { !$0.value.isReset }.map { ($0.key, $0.value.settled) }, at: position)
        }
    }

    /// - Parameter later: Wins; under `!override` it counts alone.
    fileprivate func merged(with later: YAMLNode, under key: String = "") -> YAMLNode {
        if isReset || later.isReset || later.tag == "!override" { return later }
        switch (content, later.content) {
        case (.mapping(let old), .mapping(let new)):
            let names = Set(new.map(\.key))
            let kept = old.map { entry in
                (
                    entry.key,
                    names.contains(entry.key)
                        ? entry.value.merged(with: later[entry.key] ?? entry.value, under: entry.key) : entry.value
                )
            }
            let known = Set(old.map(\.key))
            return YAMLNode(kept + new.filter { !known.contains($0.key) }.map { ($0.key, $0.value) }, at: position)
        case (.sequence, .sequence) where Self.replaced.contains(key): return later
        case (.sequence(let old), .sequence(let new)): return YAMLNode(old + new, at: position)
        // `environment` and `labels` are written both ways; as a list the later line counts.
        case (.mapping, .sequence(let new)): return YAMLNode(assignments + new, at: position)
        case (.sequence(let old), .mapping): return YAMLNode(old + later.assignments, at: position)
        default: return later
        }
    }

    private var assignments: [YAMLNode] {
        entries.filter { !$0.value.isReset }.map { entry in
            YAMLNode(entry.value.text.map { "\(entry.key)=\($0)" } ?? entry.key, at: entry.position)
        }
    }

    /// A service as it would be written in a file of another folder: relative paths are meant from their own.
    fileprivate func moved(from old: String, to new: String) -> YAMLNode {
        let way = new.split(separator: "/").map { _ in "../" }.joined() + (old.isEmpty ? "" : old + "/")
        return YAMLNode(
            entries.map { entry in
                switch entry.key {
                case "volumes": (entry.key, entry.value.leading(way, under: "source") { $0.hasPrefix(".") })
                case "env_file": (entry.key, entry.value.leading(way, under: "path") { !$0.hasPrefix("/") })
                default: (entry.key, entry.value)
                }
            }, at: position)
    }

    /// With something in front of each text of a list that matches, and of the one under a key of its mappings.
    private func leading(_ front: String, under key: String, where matches: (String) -> Bool) -> YAMLNode {
        if let text { return matches(text) ? YAMLNode(front + text, at: position) : self }
        if !elements.isEmpty {
            return YAMLNode(elements.map { $0.leading(front, under: key, where: matches) }, at: position)
        }
        return YAMLNode(
            entries.map {
                ($0.key, $0.key == key ? $0.value.leading(front, under: key, where: matches) : $0.value)
            }, at: position)
    }
}
