internal import Basics
internal import Secrets
internal import Stack

extension Check {
    /// Which card a container really sees.
    static let ofCards = [filteredTwice, namedByNumber, noSuchCard, unseenCards]

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
            return ["CUDA_VISIBLE_DEVICES"].compactMap { name in
                guard let value = container[variable: name].map({ String(decoding: $0.reveal(), as: UTF8.self) }) else {
                    return nil
                }
                let numbers = value.split(separator: ",").compactMap { Int($0) }
                guard numbers.contains(where: { $0 >= count }) else { return nil }
                let given = ids.isEmpty ? "\(count)" : ids.joined(separator: ",")
                return Trace(container.name, ["ids": given, "variable": name, "value": value])
            }
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
                !cards.contains { card in
                    // A UUID may be shortened as long as it is clear.
                    String(card.index) == id || id.hasPrefix("GPU-") && card.uuid?.hasPrefix(id) == true
                }
            }.map { id in
                Trace(
                    container.name,
                    [
                        "id": id, "cards": cards.map { "\($0.index) (\($0.name ?? "?"))" }.joined(separator: ", "),
                        "uuids": cards.compactMap(\.uuid).joined(separator: ", "),
                    ])
            }
        }
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
