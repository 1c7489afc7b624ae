internal import Basics
internal import Secrets
internal import Stack

extension Check {
    /// Which card a container really sees.
    static let ofCards = [filteredTwice, namedByNumber, noSuchCard, noneInside, otherCard, onProcessor, unseenCards]

    static let filteredTwice = Check(
        "gpu.filtered_twice", .gpu, .error,
        Message(
            "check.gpu.filtered_twice", en: "Cards are chosen in one place only",
            fr: "Les cartes sont choisies à un seul endroit"),
        evidence: Message(
            "check.gpu.filtered_twice.evidence",
            en:
                "the engine gives it card {ids}, which it then counts from 0, and {variable}={value} chooses again among those: "
                + "it sees no card",
            fr:
                "le moteur lui donne la carte {ids}, qu’il compte ensuite à partir de 0, et {variable}={value} choisit encore "
                + "parmi celles-ci : il ne voit aucune carte"),
        remedy: Message(
            "check.gpu.filtered_twice.remedy",
            en: "Leave {variable} away, and name the card by its UUID in device_ids (nvidia-smi -L).",
            fr: "Retirez {variable}, et nommez la carte par son UUID dans device_ids (nvidia-smi -L)."),
        needs: [.containers]
    ) { survey in
        survey.containers.flatMap { container in
            let ids = container.cards.flatMap(\.ids)
            let count = ids.isEmpty ? container.cards.compactMap(\.count).first : ids.count
            guard let count, count > 0 else { return [Trace]() }
            // NVIDIA_VISIBLE_DEVICES is the engine's own filter where the container asks for devices, so it does no harm then.
            let name = "CUDA_VISIBLE_DEVICES"
            guard let value = container.text(of: name),
                value.split(separator: ",").compactMap({ Int($0) }).contains(where: { $0 >= count })
            else { return [] }
            let given = ids.isEmpty ? "\(count)" : ids.joined(separator: ",")
            return [Trace(container.name, ["ids": given, "variable": name, "value": value])]
        }
    }

    static let namedByNumber = Check(
        "gpu.named_by_number", .gpu, .warning,
        Message(
            "check.gpu.by_number", en: "Cards are named by their UUID", fr: "Les cartes sont nommées par leur UUID"),
        evidence: Message(
            "check.gpu.by_number.evidence",
            en: "it asks for card {ids} of {count}, and CUDA counts cards in another order than nvidia-smi",
            fr:
                "il demande la carte {ids} sur {count}, et CUDA ne compte pas les cartes dans le même ordre que nvidia-smi"
        ),
        remedy: Message(
            "check.gpu.by_number.remedy", en: "Write the UUID in device_ids: {uuid}.",
            fr: "Écrivez l’UUID dans device_ids : {uuid}."),
        needs: [.cards, .containers]
    ) { survey in
        guard let cards = survey.cards.value?.all, cards.count > 1 else { return [] }
        return survey.containers.compactMap { container in
            let numbers = container.cards.flatMap(\.ids).compactMap { Int($0) }
            guard !numbers.isEmpty else { return nil }
            let uuids = numbers.compactMap { number in cards.first { $0.index == number }?.uuid }
            return Trace(
                container.name,
                [
                    "ids": numbers.map(String.init).joined(separator: ","), "count": "\(cards.count)",
                    "uuid": uuids.joined(separator: ", "),
                ])
        }
    }

    static let noSuchCard = Check(
        "gpu.no_such_card", .gpu, .error,
        Message(
            "check.gpu.no_such_card", en: "Every card that a container asks for is there",
            fr: "Chaque carte qu’un conteneur demande est là"),
        evidence: Message(
            "check.gpu.no_such_card.evidence", en: "it asks for card {id}, and this machine has {cards}",
            fr: "il demande la carte {id}, et cette machine a {cards}"),
        remedy: Message(
            "check.gpu.no_such_card.remedy", en: "Write one of these in device_ids: {uuids}.",
            fr: "Écrivez l’une de celles-ci dans device_ids : {uuids}."),
        needs: [.cards, .containers]
    ) { survey in
        guard let cards = survey.cards.value?.all else { return [] }
        return survey.containers.flatMap { container in
            container.cards.flatMap(\.ids).filter { id in
                !cards.contains { $0.isCalled(id) }
            }.map { id in
                Trace(
                    container.name,
                    [
                        "id": id, "cards": cards.map(\.label).joined(separator: ", "),
                        "uuids": cards.compactMap(\.uuid).joined(separator: ", "),
                    ])
            }
        }
    }

    private static let failedInside = Message(
        "check.gpu.none_inside.failed", en: "it asks for a card, and nvidia-smi inside fails: {words}",
        fr: "il demande une carte, et nvidia-smi y échoue : {words}")

    static let cardMessages = [failedInside, otherWorker]

    static let noneInside = Check(
        "gpu.none_inside", .gpu, .error,
        Message(
            "check.gpu.none_inside", en: "Every container that asks for a card has one",
            fr: "Chaque conteneur qui demande une carte en a une"),
        evidence: Message(
            "check.gpu.none_inside.evidence", en: "it asks for a card, and nvidia-smi inside sees none",
            fr: "il demande une carte, et nvidia-smi n’en voit aucune à l’intérieur"),
        remedy: Message(
            "check.gpu.none_inside.remedy",
            en:
                "docker restart {name}. If it comes back, the host took the devices away (systemctl daemon-reload does): mend the "
                + "toolkit with nvidia-ctk runtime configure, then restart the engine.",
            fr:
                "docker restart {name}. Si cela revient, l’hôte a retiré les périphériques (systemctl daemon-reload le fait) : "
                + "reconfigurez avec nvidia-ctk runtime configure, puis redémarrez le moteur."),
        needs: [.engine, .containers]
    ) { survey in
        survey.containers.compactMap { container -> Trace? in
            switch container.run?.cards {
            case .seen(let inside) where inside.isEmpty: Trace(container.name, ["name": container.name])
            case .failed(let words):
                Trace(container.name, ["name": container.name], evidence: failedInside(["words": words]))
            case .seen, nil: nil
            }
        }
    }

    private static let otherWorker = Message(
        "check.gpu.other_card.worker", en: "it is meant to have {wanted}, and ComfyUI works on {seen}",
        fr: "il doit avoir {wanted}, et ComfyUI travaille sur {seen}")

    static let otherCard = Check(
        "gpu.other_card", .gpu, .error,
        Message(
            "check.gpu.other_card", en: "Every container has the card that it is meant to have",
            fr: "Chaque conteneur a la carte qui lui est destinée"),
        evidence: Message(
            "check.gpu.other_card.evidence", en: "it is meant to have {wanted}, and has {seen}",
            fr: "il doit avoir {wanted}, et il a {seen}"),
        remedy: Message(
            "check.gpu.other_card.remedy",
            en:
                "CUDA, the engine and nvidia-smi count cards each in their own order: write the UUID in device_ids ({uuids}), leave "
                + "CUDA_VISIBLE_DEVICES away, then docker compose up -d --force-recreate.",
            fr:
                "CUDA, le moteur et nvidia-smi comptent chacun les cartes dans leur ordre : écrivez l’UUID dans device_ids ({uuids}), "
                + "retirez CUDA_VISIBLE_DEVICES, puis docker compose up -d --force-recreate."),
        needs: [.cards, .containers]
    ) { survey in
        guard let cards = survey.cards.value?.all else { return [] }
        return survey.containers.compactMap { container -> Trace? in
            guard let wanted = container.wantedCards(of: cards), !wanted.isEmpty else { return nil }
            let uuids = wanted.compactMap(\.uuid).joined(separator: ", ")
            func arguments(_ seen: String) -> [String: String] {
                ["wanted": wanted.map(\.label).joined(separator: ", "), "seen": seen, "uuids": uuids]
            }
            // The engine may give more than the program then chooses, and never another one.
            if case .seen(let inside)? = container.run?.cards, inside.contains(where: { $0.hasPrefix("GPU-") }),
                wanted.contains(where: { card in card.uuid.map { !inside.contains($0) } ?? false })
            {
                let seen = inside.map { uuid in cards.first { $0.uuid == uuid }?.label ?? uuid }
                return Trace(container.name, arguments(seen.joined(separator: ", ")))
            }
            // PyTorch tells names alone, so that two cards of one kind cannot be told apart.
            guard let device = survey.workers.first(where: { $0.container == container.name && $0.card != nil })?.card,
                wanted.allSatisfy({ card in card.name.map { $0.hasSuffix(device) || device.hasSuffix($0) } == false })
            else { return nil }
            return Trace(container.name, arguments(device), evidence: Phrase(otherWorker, arguments(device)))
        }
    }

    static let onProcessor = Check(
        "gpu.not_used", .gpu, .error,
        Message(
            "check.gpu.not_used", en: "Every ComfyUI with a card uses it",
            fr: "Chaque ComfyUI qui a une carte l’utilise"),
        evidence: Message(
            "check.gpu.not_used.evidence",
            en: "its container asks for a card, and ComfyUI works on the processor: a picture takes hours",
            fr: "son conteneur demande une carte, et ComfyUI travaille sur le processeur : une image prend des heures"),
        remedy: Message(
            "check.gpu.not_used.remedy",
            en:
                "Take --cpu out of its command; without it, its PyTorch was built without CUDA: install the +cu12x wheel.",
            fr:
                "Retirez --cpu de sa commande ; sans lui, son PyTorch a été construit sans CUDA : installez la version +cu12x."
        ),
        needs: [.workers, .containers]
    ) { survey in
        let withCards = Set(survey.containers.filter { !$0.cards.isEmpty }.map(\.name))
        let workers = survey.workers.filter { $0.isOnProcessor && withCards.contains($0.container ?? "") }
        return Set(workers.compactMap(\.container)).sorted().map { Trace($0) }
    }

    private static let invisible = Message(
        "check.gpu.not_visible.evidence", en: "containers ask for cards, and {reason}",
        fr: "des conteneurs demandent des cartes, et {reason}")

    static let unseenCards = Check(
        "gpu.not_visible", .gpu, .notice,
        Message("check.gpu.not_visible", en: "The cards can be seen", fr: "Les cartes sont visibles"),
        evidence: invisible,
        remedy: Message(
            "check.gpu.not_visible.remedy",
            en:
                "Run this where nvidia-smi works; in WSL the driver is Windows' own, and none belongs into the distribution.",
            fr:
                "Lancez ceci là où nvidia-smi fonctionne ; sous WSL, le pilote est celui de Windows, aucun n’a sa place dans la distribution."
        ),
        needs: [.containers]
    ) { survey in
        guard let reason = survey.cards.reason, survey.containers.contains(where: { !$0.cards.isEmpty }) else {
            return []
        }
        return [Trace("gpu", evidence: invisible.about(reason))]
    }
}

extension Card {
    /// By its number, its UUID, or the beginning of it.
    func isCalled(_ id: String) -> Bool {
        // `0:1` is a part of card 0 (MIG); parts with names of their own are not known here.
        String(index) == String(id.prefix { $0 != ":" }) || id.hasPrefix("MIG-")
            || id.hasPrefix("GPU-") && uuid?.hasPrefix(id) == true
    }

    /// For people: nvidia-smi's number and the name.
    var label: String { "\(index) (\(name ?? uuid ?? "?"))" }
}

extension ContainerFacts {
    /// A variable that is no secret.
    func text(of name: String) -> String? {
        self[variable: name].map { String(decoding: $0.reveal(), as: UTF8.self) }
    }

    /// The cards that its author meant, by nvidia-smi's numbers as people read them; nil where any would do.
    func wantedCards(of all: [Card]) -> [Card]? {
        guard !cards.isEmpty else { return nil }
        let ids = cards.flatMap(\.ids)
        let isAll = ids.isEmpty && cards.contains { $0.count == -1 }
        let given = isAll ? all : all.filter { card in ids.contains { card.isCalled($0) } }
        let chosen = text(of: "CUDA_VISIBLE_DEVICES")?.split(separator: ",").map(String.init) ?? []
        guard !chosen.isEmpty else { return isAll ? nil : given }
        let wanted = chosen.compactMap { id in
            Int(id).map { given.indices.contains($0) ? given[$0] : nil } ?? given.first { $0.isCalled(id) }
        }
        return wanted.count == chosen.count ? wanted : nil
    }
}
