public import Basics

/// What three requests say of a consumer: with the right credential, with a wrong one, and with none.
public enum ConsumerVerdict: Sendable, Hashable {
    /// 200, and twice refused.
    case guarded
    /// It lets people in without a credential, or with any. A 400 is as open as a 200: the handler was reached.
    case open(status: Int)
    /// It refuses the right one: it has not read it yet, or holds another.
    case refusesRight(status: Int)
    /// An answer that says neither.
    case unclear(status: Int)
    case unreachable(Silence)

    /// Why there is no answer.
    public enum Silence: Sendable, Hashable {
        /// The url names no host or port that a connection could be made to.
        case noAddress
        case noConnection
        case timedOut
        case brokeOff
        case notHTTP
        /// This program could not ask.
        case notAsked
    }

    /// One answer: its status, and where a redirect leads.
    public enum Answer: Sendable, Hashable {
        case status(Int, location: String? = nil)
        case failure(Silence)
    }

    public init(right: Answer, wrong: Answer, none: Answer) {
        for answer in [right, wrong, none] {
            if case .failure(let silence) = answer {
                self = .unreachable(silence)
                return
            }
        }
        for answer in [none, wrong] {
            guard case .status(let status, let location) = answer else { continue }
            switch Self.meaning(status, location) {
            case .refused: continue
            case .passed:
                self = .open(status: status)
                return
            case .other:
                self = .unclear(status: status)
                return
            }
        }
        guard case .status(let status, let location) = right else {
            self = .unclear(status: 0)
            return
        }
        switch Self.meaning(status, location) {
        case .passed: self = status == 200 ? .guarded : .unclear(status: status)
        case .refused: self = .refusesRight(status: status)
        case .other: self = .unclear(status: status)
        }
    }

    public var isGuarded: Bool { self == .guarded }

    private enum Meaning { case passed, refused, other }

    private static func meaning(_ status: Int, _ location: String?) -> Meaning {
        switch status {
        case 200..<300, 400: .passed
        case 401, 403: .refused
        // ComfyUI-Login sends browsers to its form.
        case 302, 303, 307: location.map { Self.leadsToLogin($0) } == true ? .refused : .other
        default: .other
        }
    }

    private static func leadsToLogin(_ location: String) -> Bool {
        let path = location.prefix { $0 != "?" && $0 != "#" }
        return path.hasSuffix("/login")
    }
}

extension ConsumerVerdict {
    /// Stable, for `--json`.
    public var code: String {
        switch self {
        case .guarded: "guarded"
        case .open: "open"
        case .refusesRight: "refuses_right"
        case .unclear: "unclear"
        case .unreachable: "unreachable"
        }
    }

    /// One word for a table.
    public var label: Phrase {
        switch self {
        case .guarded: ConsumerMessages.guardedWord()
        case .open: ConsumerMessages.openWord()
        case .refusesRight: ConsumerMessages.refusesWord()
        case .unclear: ConsumerMessages.unclearWord()
        case .unreachable: ConsumerMessages.silentWord()
        }
    }

    /// What it means and what helps.
    public var phrase: Phrase {
        switch self {
        case .guarded: ConsumerMessages.guarded()
        case .open(let status): ConsumerMessages.open(["status": "\(status)"])
        case .refusesRight(let status): ConsumerMessages.refusesRight(["status": "\(status)"])
        case .unclear(let status): ConsumerMessages.unclear(["status": "\(status)"])
        case .unreachable(let silence): silence.phrase
        }
    }
}

extension ConsumerVerdict.Silence {
    var phrase: Phrase {
        switch self {
        case .noAddress: ConsumerMessages.noAddress()
        case .noConnection: ConsumerMessages.noConnection()
        case .timedOut: ConsumerMessages.timedOut()
        case .brokeOff: ConsumerMessages.brokeOff()
        case .notHTTP: ConsumerMessages.notHTTP()
        case .notAsked: ConsumerMessages.notAsked()
        }
    }
}

enum ConsumerMessages {
    static let guarded = Message("consumer.guarded", en: "lets in the right one only", fr: "n’admet que le bon")
    static let open = Message(
        "consumer.open",
        en:
            "OPEN: it answers {status} without the right credential, so anybody gets in. Switch its login on, or put the "
            + "gate in front.",
        fr:
            "OUVERT : il répond {status} sans le bon secret, donc n’importe qui entre. Activez sa connexion, ou placez le "
            + "portail devant.")
    static let refusesRight = Message(
        "consumer.refuses_right",
        en:
            "It refuses the right credential ({status}): it has not read it yet. Recreate or restart it, then ask again.",
        fr:
            "Il refuse le bon secret ({status}) : il ne l’a pas encore lu. Recréez-le ou redémarrez-le, puis redemandez."
    )
    static let unclear = Message(
        "consumer.unclear", en: "It answers {status}, which says nothing: is its url and path right?",
        fr: "Il répond {status}, ce qui ne dit rien : son url et son chemin sont-ils justes ?")
    static let noAddress = Message(
        "consumer.no_address", en: "Its url names no host and port: correct it in the source of truth.",
        fr: "Son url ne désigne ni hôte ni port : corrigez-la dans la source de vérité.")
    static let noConnection = Message(
        "consumer.no_connection", en: "No connection: is it running, and its url right?",
        fr: "Pas de connexion : est-il démarré, et son url juste ?")
    static let timedOut = Message(
        "consumer.timed_out", en: "No answer in time: is it still starting, or busy?",
        fr: "Pas de réponse à temps : est-il en train de démarrer, ou occupé ?")
    static let brokeOff = Message(
        "consumer.broke_off", en: "It closed the connection without an answer: see its log.",
        fr: "Il a fermé la connexion sans répondre : voyez son journal.")
    static let notHTTP = Message(
        "consumer.not_http", en: "What answers is no web server: is the port of its url right?",
        fr: "Ce qui répond n’est pas un serveur web : le port de son url est-il juste ?")
    static let notAsked = Message(
        "consumer.not_asked", en: "It could not be asked from here: try again.",
        fr: "Il n’a pas pu être interrogé d’ici : réessayez.")

    static let guardedWord = Message("consumer.word.guarded", en: "guarded", fr: "gardé")
    static let openWord = Message("consumer.word.open", en: "OPEN", fr: "OUVERT")
    static let refusesWord = Message("consumer.word.refuses", en: "refuses it", fr: "le refuse")
    static let unclearWord = Message("consumer.word.unclear", en: "unclear", fr: "incertain")
    static let silentWord = Message("consumer.word.silent", en: "no answer", fr: "sans réponse")

    static let all = [
        guardedWord, openWord, refusesWord, unclearWord, silentWord, guarded, open, refusesRight, unclear, noAddress,
        noConnection, timedOut, brokeOff, notHTTP, notAsked,
    ]
}
