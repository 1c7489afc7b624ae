public import Basics
internal import Loop

extension Cards {
    /// Asks NVML, and nvidia-smi where NVML is of no use. Blocks; nvidia-smi has 10 s.
    public static func look(_ library: String = Cards.library) -> Seen<Cards> {
        do throws(NVMLFailure) {
            return .seen(try readNVML(library))
        } catch {
            var smi = ChildProcess("nvidia-smi", ["--query-gpu=" + query, "--format=csv,noheader,nounits"])
            smi.timeLimit = 10_000
            if let result = try? smi.run(), result.isSuccess,
                let cards = Cards(smi: String(decoding: result.output, as: UTF8.self))
            {
                return .seen(cards)
            }
            return .unseen(error.phrase)
        }
    }
}

extension NVMLFailure {
    public var phrase: Phrase {
        switch self {
        case .noLibrary: CardMessages.noLibrary()
        case .noFunction(let name): CardMessages.noFunction(["name": name])
        case .refused(let words): CardMessages.refused(["words": words])
        }
    }
}

/// What is said of cards.
public enum CardMessages {
    static let noLibrary = Message(
        "cards.no_library", en: "there is no NVIDIA driver: neither libnvidia-ml.so.1 nor nvidia-smi answers",
        fr: "il n’y a pas de pilote NVIDIA : ni libnvidia-ml.so.1 ni nvidia-smi ne répondent")
    static let noFunction = Message(
        "cards.no_function", en: "NVIDIA's library is broken or too old: it lacks {name}",
        fr: "la bibliothèque de NVIDIA est abîmée ou trop ancienne : il lui manque {name}")
    static let refused = Message(
        "cards.refused", en: "NVIDIA's library refuses: {words}", fr: "la bibliothèque de NVIDIA refuse : {words}")

    public static let all = [noLibrary, noFunction, refused]
}
