internal import Basics
internal import Secrets

extension ContainerFacts {
    /// Reads what `GET /containers/{id}/json` answers; nil for anything else.
    ///
    /// Source: the engine's API 1.41, `ContainerInspect`; unchanged in what is read here from 1.24 to 1.51.
    init?(inspected json: JSON) {
        guard let id = json["Id"]?.string, let name = json["Name"]?.string, let config = json["Config"] else {
            return nil
        }
        let host = json["HostConfig"]
        // Names begin with a slash, since they once were paths of links.
        self.init(name: String(name.drop { $0 == "/" }), origin: .engine(id: id), image: config["Image"]?.string ?? "")
        user = config["User"]?.string ?? ""
        ports = Self.ports(json["NetworkSettings"]?["Ports"])
        mounts = (json["Mounts"]?.array ?? []).compactMap(Self.mount)
        environment = (config["Env"]?.array ?? []).compactMap(\.string).compactMap(Variable.init(line:))
        cards = (host?["DeviceRequests"]?.array ?? []).compactMap(Self.cards)
        if cards.isEmpty, host?["Runtime"]?.string == "nvidia" { cards = cardsOfRuntime }
        memoryLimit = host?["Memory"]?.int.flatMap { $0 > 0 ? $0 : nil }
        sharedMemory = host?["ShmSize"]?.int
        isPrivileged = host?["Privileged"]?.bool ?? false
        capabilities = (host?["CapAdd"]?.array ?? []).compactMap(\.string).map(Self.capability)
        pid = host?["PidMode"]?.string ?? ""
        network = host?["NetworkMode"]?.string ?? ""
        ipc = host?["IpcMode"]?.string ?? ""
        healthCheck = config["Healthcheck"]?["Test"]?.array.map { HealthCheck($0.compactMap(\.string)) }
        exposed = (config["ExposedPorts"]?.object?.members ?? []).compactMap { key, _ in
            key.hasSuffix("/tcp") ? Int(key.dropLast(4)) : nil
        }
        words = ["Entrypoint", "Cmd"].flatMap { config[$0]?.array ?? [] }.compactMap(\.string)
        restart = host?["RestartPolicy"]?["Name"]?.string ?? ""
        project = config["Labels"]?["com.docker.compose.project"]?.string
        service = config["Labels"]?["com.docker.compose.service"]?.string
        run = json["State"].map { Run($0, json) }
    }

    /// `{"8188/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8188"}], "80/tcp": null}`
    private static func ports(_ json: JSON?) -> [Port] {
        (json?.object?.members ?? []).flatMap { key, value in
            let parts = key.split(separator: "/")
            guard let number = parts.first.flatMap({ Int($0) }) else { return [Port]() }
            return (value.array ?? []).map { binding in
                Port(
                    address: binding["HostIp"]?.string ?? "", host: binding["HostPort"]?.string.flatMap { Int($0) },
                    container: number, transport: parts.count > 1 ? String(parts[1]) : "tcp")
            }
        }
    }

    private static func mount(_ json: JSON) -> Mount? {
        guard let target = json["Destination"]?.string else { return nil }
        let kind: Mount.Kind =
            switch json["Type"]?.string ?? "bind" {
            case "bind": .bind
            case "volume": .volume
            case let other: .other(other)
            }
        return Mount(
            kind, source: json["Source"]?.string ?? "", target: target, isReadOnly: json["RW"]?.bool == false)
    }

    private static func cards(_ json: JSON) -> CardRequest? {
        let wanted = (json["Capabilities"]?.array ?? []).flatMap { $0.array ?? [] }.compactMap(\.string)
        guard json["Driver"]?.string == "nvidia" || wanted.contains("gpu") else { return nil }
        return CardRequest(
            ids: (json["DeviceIDs"]?.array ?? []).compactMap(\.string), count: json["Count"]?.int)
    }
}

extension ContainerFacts.Variable {
    /// `NAME=value`; nil for a name without a value, which leaves it unset.
    init?(line: String) {
        guard let sign = line.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        self.init(String(line[..<sign]), DotenvValue(line.utf8[line.utf8.index(after: sign)...]))
    }
}

extension ContainerFacts.Run {
    fileprivate init(_ state: JSON, _ container: JSON) {
        let health = state["Health"]
        let networks = container["NetworkSettings"]?["Networks"]?.object?.members ?? []
        self.init(
            status: state["Status"]?.string ?? "", exitCode: state["ExitCode"]?.int ?? 0,
            wasKilledForMemory: state["OOMKilled"]?.bool ?? false, restarts: container["RestartCount"]?.int ?? 0,
            startedAt: state["StartedAt"]?.string ?? "",
            // An engine writes `none` for a container without a check.
            health: health?["Status"]?.string.flatMap { $0 == "none" ? nil : $0 },
            failingStreak: health?["FailingStreak"]?.int ?? 0,
            healthOutput: health?["Log"]?.array?.last?["Output"]?.string ?? "", pid: state["Pid"]?.int ?? 0,
            addresses: networks.compactMap { $0.value["IPAddress"]?.string }.filter { !$0.isEmpty })
    }
}
