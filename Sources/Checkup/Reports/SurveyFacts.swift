public import Basics
internal import Stack

extension Survey {
    /// What was seen, for programs; null is what could not be told, never 0.
    public func json() -> JSON {
        func optional(_ number: Int?) -> JSON { number.map { JSON($0) } ?? .null }
        func optional(_ number: Double?) -> JSON { number.map { JSON($0) } ?? .null }
        func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        let cards: JSON =
            self.cards.value.map { cards in
                [
                    "source": .string(cards.source.rawValue), "driver": optional(cards.driver),
                    "cuda": optional(cards.cuda),
                    "all": .array(
                        cards.all.map { card in
                            [
                                "index": JSON(card.index), "uuid": optional(card.uuid), "name": optional(card.name),
                                "bus": optional(card.bus), "memory": optional(card.memory),
                                "memory_used": optional(card.memoryUsed), "temperature": optional(card.temperature),
                                "load": optional(card.load), "power": optional(card.power),
                                "power_limit": optional(card.powerLimit), "compute": optional(card.compute),
                            ]
                        }),
                ]
            } ?? .null
        let engine: JSON =
            self.engine.value.map { ["endpoint": .string($0.endpoint), "version": .string($0.version)] } ?? .null
        return [
            "root": .string(root), "engine": engine, "cards": cards,
            "containers": .array(
                containers.map { container in
                    [
                        "name": .string(container.name), "image": .string(container.image),
                        "image_made": optional(container.imageMade?.rfc3339),
                        "status": optional(container.run?.status), "health": optional(container.run?.health),
                        "cards": Self.json(container.run?.cards),
                    ]
                }),
            "workers": .array(
                workers.map { worker in
                    [
                        "address": .string(worker.address), "container": optional(worker.container),
                        "version": optional(worker.version), "status": optional(worker.stats.status),
                        "card": optional(worker.card),
                    ]
                }),
            "machine": [
                "kernel": .string(machine.kernel), "wsl": optional(machine.wsl), "memory": optional(machine.memory),
                "memory_available": optional(machine.memoryAvailable), "memory_limit": optional(machine.memoryLimit),
                "shared_memory": optional(machine.sharedMemory), "cores": JSON(machine.cores),
            ],
            "disks": .array(
                disks.map { disk in
                    [
                        "path": .string(disk.path), "size": JSON(disk.size), "free": JSON(disk.free),
                        "kind": optional(disk.kind),
                    ]
                }),
        ]
    }

    /// The UUIDs that nvidia-smi sees inside; null where it could not tell.
    private static func json(_ cards: ContainerFacts.Run.Cards?) -> JSON {
        if case .seen(let uuids)? = cards { .array(uuids.map { .string($0) }) } else { .null }
    }

    /// The same in some lines for people.
    public var lines: [Phrase] {
        var lines: [Phrase] = []
        if let engine = engine.value {
            lines.append(
                SurveyMessages.engine(
                    ["version": engine.version, "endpoint": engine.endpoint],
                    count: containers.count { $0.run?.isRunning == true }))
        }
        if let cards = cards.value {
            let names = cards.all.map { card in
                let room = card.memory.map { ByteCount(bytes: $0).rounded } ?? "n/a"
                return "\(card.index) \(card.name ?? "n/a") (\(room))"
            }
            lines.append(
                SurveyMessages.cards([
                    "names": names.joined(separator: ", "), "driver": cards.driver ?? "n/a",
                    "source": cards.source.rawValue,
                ]))
        }
        for container in containers {
            guard case .seen(let uuids)? = container.run?.cards, !uuids.isEmpty else { continue }
            let names = uuids.map { uuid in cards.value?.all.first { $0.uuid == uuid }?.label ?? uuid }
            lines.append(SurveyMessages.inside(["name": container.name, "cards": names.joined(separator: ", ")]))
        }
        let memory = machine.memory.map { ByteCount(bytes: $0).rounded } ?? "n/a"
        let system = machine.wsl.map { "WSL \($0)" } ?? "Linux"
        lines.append(
            SurveyMessages.machine([
                "system": "\(system) \(machine.kernel)", "memory": memory, "cores": "\(machine.cores)",
            ]))
        return lines
    }
}

/// What is said of what was seen.
public enum SurveyMessages {
    static let engine = Message(
        "survey.engine",
        en: (
            one: "Docker Engine, API {version}, at {endpoint}: {count} container runs",
            other: "Docker Engine, API {version}, at {endpoint}: {count} containers run"
        ),
        fr: (
            one: "Moteur Docker, API {version}, à {endpoint} : {count} conteneur tourne",
            other: "Moteur Docker, API {version}, à {endpoint} : {count} conteneurs tournent"
        ))
    static let cards = Message(
        "survey.cards", en: "Cards by {source}, driver {driver}: {names}",
        fr: "Cartes par {source}, pilote {driver} : {names}")
    static let machine = Message(
        "survey.machine", en: "{system}, {memory} of memory, {cores} cores",
        fr: "{system}, {memory} de mémoire, {cores} cœurs")

    static let inside = Message(
        "survey.inside", en: "{name} has card {cards}", fr: "{name} a la carte {cards}")

    public static let all = [engine, cards, inside, machine]
}
