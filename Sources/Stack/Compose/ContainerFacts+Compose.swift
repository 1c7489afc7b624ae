internal import Basics
internal import Secrets
public import YAML

extension ContainerFacts {
    /// The services of a compose file as the containers it would start.
    ///
    /// Source: the Compose specification (github.com/compose-spec/compose-spec), chapter services.
    ///
    /// - Parameters:
    ///   - document: The file, with what others add to it: `ComposeFiles.merged`.
    ///   - path: The file, relative to the project's folder.
    ///   - variables: What is filled in; learns what is missing.
    ///   - read: The bytes of a file that `env_file` names, by its path relative to the project's folder; nil where there is none.
    public static func services(
        of document: YAMLNode, in path: String, _ variables: inout ComposeVariables,
        read: @escaping (String) -> [UInt8]?
    ) -> [ContainerFacts] {
        if let services = document["services"], !services.isNull, services.entries.isEmpty,
            services.text != nil || !services.elements.isEmpty
        {
            variables.complain(.noServices)
        }
        return (document["services"]?.entries ?? []).map { entry in
            if ["image", "build", "extends", "provider"].allSatisfy({ entry.value[$0] == nil }) {
                variables.complain(.noImage(service: entry.key))
            }
            for key in ["ports", "volumes", "secrets", "configs", "devices", "cap_add", "profiles"]
            where entry.value[key]?.text != nil {
                variables.complain(.noList(service: entry.key, key: key))
            }
            // What is not looked at below keeps Compose from starting just as well.
            entry.value.scalars.forEach { _ = variables.fill($0) }
            var service = ComposeService(
                entry.value, folder: path.folderPath, variables, read)
            let facts = service.facts(name: entry.key, file: path)
            variables = service.variables
            return facts
        }
    }
}

/// One service on its way to being a container.
private struct ComposeService {
    private let node: YAMLNode
    private let folder: String
    private(set) var variables: ComposeVariables
    private let read: (String) -> [UInt8]?

    init(_ node: YAMLNode, folder: String, _ variables: ComposeVariables, _ read: @escaping (String) -> [UInt8]?) {
        (self.node, self.folder, self.variables, self.read) = (node, folder, variables, read)
    }

    mutating func facts(name: String, file: String) -> ContainerFacts {
        var facts = ContainerFacts(
            name: text(node["container_name"]) ?? name, origin: .compose(file: file, service: name),
            image: text(node["image"]) ?? "")
        facts.service = name
        facts.isImageOwn = node["build"] != nil
        facts.user = text(node["user"])
        facts.ports = (node["ports"]?.elements ?? []).flatMap { ports($0) }
        facts.mounts = Self.last((node["volumes"]?.elements ?? []).compactMap { mount($0) }, by: \.target)
        facts.profiles = (node["profiles"]?.elements ?? []).compactMap { text($0) }
        facts.environment = Self.last(environment(), by: \.name)
        facts.environmentFiles = environmentFiles.filter(\.isNeeded).map(\.path)
        facts.cards = cards()
        if facts.cards.isEmpty, text(node["runtime"]) == "nvidia" { facts.cards = facts.cardsOfRuntime }
        facts.memoryLimit = bytes(node["deploy"]?["resources"]?["limits"]?["memory"]) ?? bytes(node["mem_limit"])
        facts.sharedMemory = bytes(node["shm_size"])
        facts.isPrivileged = text(node["privileged"]) == "true"
        facts.capabilities = (node["cap_add"]?.elements ?? []).compactMap { text($0) }.map(ContainerFacts.capability)
        facts.pid = text(node["pid"]) ?? ""
        facts.network = text(node["network_mode"]) ?? ""
        facts.ipc = text(node["ipc"]) ?? ""
        if let check = node["healthcheck"] {
            if text(check["disable"]) == "true" {
                facts.healthCheck = ContainerFacts.HealthCheck(["NONE"])
            } else if let test = check["test"] {
                facts.healthCheck = ContainerFacts.HealthCheck(
                    test.elements.isEmpty ? ["CMD-SHELL", text(test) ?? ""] : test.elements.compactMap { text($0) })
            }
        }
        facts.words = words(node["entrypoint"]) + words(node["command"])
        facts.restart = text(node["restart"]) ?? ""
        return facts
    }

    /// What is said more than once counts as it was said last.
    private static func last<Element>(_ elements: [Element], by name: (Element) -> String) -> [Element] {
        var known: Set<String> = []
        return elements.reversed().filter { known.insert(name($0)).inserted }.reversed()
    }

    private mutating func text(_ node: YAMLNode?) -> String? {
        node?.text.flatMap { value($0) }.map { String(decoding: $0.reveal(), as: UTF8.self) }
    }

    private mutating func value(_ text: String) -> DotenvValue? { variables.fill(text) }

    private mutating func bytes(_ node: YAMLNode?) -> Int? { text(node).flatMap { ByteCount($0)?.bytes } }

    /// A list of words, or a line of them; quotes in a line only matter to a shell.
    private mutating func words(_ node: YAMLNode?) -> [String] {
        guard let node else { return [] }
        if let line = text(node) { return line.split(separator: " ").map(String.init) }
        return node.elements.compactMap { text($0) }
    }

    // MARK: - Ports

    private mutating func ports(_ node: YAMLNode) -> [ContainerFacts.Port] {
        guard node.entries.isEmpty else {
            guard let target = text(node["target"]).flatMap({ Int($0) }) else { return [] }
            return [
                ContainerFacts.Port(
                    address: text(node["host_ip"]) ?? "", host: text(node["published"]).flatMap { Int($0) },
                    container: target, transport: text(node["protocol"]) ?? "tcp")
            ]
        }
        guard let text = text(node) else { return [] }
        let ports = Self.ports(text)
        if ports.isEmpty { variables.complain(.badPort(text)) }
        return ports
    }

    /// `8188`, `8188:8188`, `127.0.0.1:8188:8188/tcp`, `3000-3005:3000-3005`, `[::1]:80:80`.
    private static func ports(_ text: String) -> [ContainerFacts.Port] {
        var (rest, transport) = (text[...], "tcp")
        if let slash = rest.lastIndex(of: "/") {
            transport = String(rest[rest.index(after: slash)...])
            rest = rest[..<slash]
        }
        var address = ""
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            address = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...].drop { $0 == ":" }
        }
        var parts = rest.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let inside = parts.popLast().flatMap(range) else { return [] }
        let published = parts.popLast() ?? ""
        let outside = range(published)
        // Between two colons with nothing between them the engine chooses.
        guard outside != nil || published.isEmpty else { return [] }
        if !parts.isEmpty { address = parts.joined(separator: ":") }
        return inside.enumerated().map { index, port in
            let host = outside.flatMap { $0.count > index ? $0.lowerBound + index : nil }
            return ContainerFacts.Port(address: address, host: host, container: port, transport: transport)
        }
    }

    /// Ports of one line are few: a wide range is told by its first ones.
    private static func range(_ text: String) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-").map { Int($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else { return nil }
        return first...min(last, first + 99)
    }

    // MARK: - Mounts

    private mutating func mount(_ node: YAMLNode) -> ContainerFacts.Mount? {
        guard node.entries.isEmpty else {
            guard let target = text(node["target"]) else { return nil }
            let kind: ContainerFacts.Mount.Kind =
                switch text(node["type"]) ?? "volume" {
                case "bind": .bind
                case "volume": .volume
                case let other: .other(other)
                }
            let source = text(node["source"]) ?? ""
            return ContainerFacts.Mount(
                kind, source: kind == .bind ? resolved(source) : source, target: target,
                isReadOnly: text(node["read_only"]) == "true")
        }
        guard let line = text(node) else { return nil }
        let parts = line.split(separator: ":").map(String.init)
        guard parts.count > 1 else { return ContainerFacts.Mount(.volume, source: "", target: line) }
        let isPath = [".", "/", "~"].contains { parts[0].hasPrefix($0) }
        return ContainerFacts.Mount(
            isPath ? .bind : .volume, source: isPath ? resolved(parts[0]) : parts[0], target: parts[1],
            isReadOnly: parts.count > 2 && parts[2].split(separator: ",").contains("ro"))
    }

    /// A path below the project's folder where it leads there, else as it is written.
    private func resolved(_ source: String) -> String { ComposeFile.path(of: source, in: folder) ?? source }

    // MARK: - Environment

    /// Those in the project's folder.
    private var environmentFiles: [(path: String, isNeeded: Bool)] {
        mutating get {
            (node["env_file"].map { $0.elements.isEmpty ? [$0] : $0.elements } ?? []).compactMap { file in
                // `~` is somebody's home, which is not looked into.
                text(file["path"] ?? file).flatMap {
                    $0.hasPrefix("~") ? nil : ComposeFile.path(of: $0, in: folder)
                }
                .map { ($0, text(file["required"]) != "false") }
            }
        }
    }

    private mutating func environment() -> [ContainerFacts.Variable] {
        var found: [ContainerFacts.Variable] = []
        for file in environmentFiles {
            guard let bytes = read(file.path) else { continue }
            let view = DotenvReader.composeV2.read(bytes)
            for key in view.keys.sorted() {
                if case .value(let value) = view[key] { found.append(ContainerFacts.Variable(key, value)) }
            }
        }
        guard let node = node["environment"] else { return found }
        for entry in node.entries {
            let text = entry.value.text
            if let value = text.map({ value($0) }) ?? variables[entry.key] {
                found.append(ContainerFacts.Variable(entry.key, value, source: Self.source(text, of: entry.key)))
            }
        }
        for element in node.elements {
            guard let line = element.text else { continue }
            if let sign = line.firstIndex(of: "=") {
                let (name, text) = (String(line[..<sign]), String(line[line.index(after: sign)...]))
                guard let value = value(text) else { continue }
                found.append(ContainerFacts.Variable(name, value, source: Self.source(text, of: name)))
            } else if let value = variables[line] {
                found.append(ContainerFacts.Variable(line, value, source: line))
            }
        }
        return found
    }

    /// The variable that a text is filled in with; one without a text has its own name.
    private static func source(_ text: String?, of name: String) -> String? {
        guard let text else { return name }
        return ComposeTemplate.variables(in: Array(text.utf8)[...]).first?.name
    }

    // MARK: - Cards

    private mutating func cards() -> [ContainerFacts.CardRequest] {
        var found: [ContainerFacts.CardRequest] = []
        let devices = node["deploy"]?["resources"]?["reservations"]?["devices"]?.elements ?? []
        for device in devices where device["capabilities"]?.elements.contains(where: { $0.text == "gpu" }) ?? false {
            let ids = (device["device_ids"]?.elements ?? []).compactMap { text($0) }
            let count = text(device["count"]).flatMap { $0 == "all" ? -1 : Int($0) }
            found.append(ContainerFacts.CardRequest(ids: ids, count: count ?? (ids.isEmpty ? -1 : nil)))
        }
        if let gpus = node["gpus"] {
            let count = text(gpus).flatMap { $0 == "all" ? -1 : Int($0) }
            if count != nil { found.append(ContainerFacts.CardRequest(ids: [], count: count)) }
            for device in gpus.elements {
                let ids = (device["device_ids"]?.elements ?? []).compactMap { text($0) }
                found.append(ContainerFacts.CardRequest(ids: ids, count: text(device["count"]).flatMap { Int($0) }))
            }
        }
        return found
    }
}

extension YAMLNode {
    /// Every text in it that has a value's place.
    package var scalars: [String] {
        text.map { [$0] } ?? elements.flatMap(\.scalars) + entries.flatMap(\.value.scalars)
    }
}
