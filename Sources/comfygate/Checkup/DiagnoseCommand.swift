internal import Basics
internal import Checkup
internal import CommandLineKit
internal import Loop
internal import Secrets
internal import Stack
internal import Wire

/// `comfygate diagnose`: follows one request to the worker and names the first broken link.
struct DiagnoseCommand: Command {
    static let declaration = CommandDeclaration(
        "diagnose",
        Message(
            "diagnose.summary", en: "Find out why a request does not get through",
            fr: "Trouve pourquoi une requête n’aboutit pas"),
        discussion: Message(
            "diagnose.discussion",
            en:
                "Follows a request hop by hop (name, port, TLS, proxy, gate, login, worker, clock), and says which link is the "
                + "first that is broken, what shows it, and what helps. Credentials of the project's files are tried "
                + "where only this machine or a proved certificate sees them. Exit code 4: a link is broken.",
            fr:
                "Suit une requête étape par étape (nom, port, TLS, proxy, portail, connexion, worker, horloge), et dit quel maillon "
                + "est le premier rompu, ce qui le montre et ce qui aide. Les secrets des fichiers du projet ne sont "
                + "essayés que là où seuls cette machine ou un certificat prouvé les voient. Code 4 : un maillon est rompu."
        ),
        [url, SecretsOptions.root, tokenInput, request, container, fromPhone],
        examples: [
            "diagnose", "diagnose --url https://comfy.example.org --from-phone",
            "diagnose --url http://127.0.0.1:8188 --token-stdin < token.txt",
        ])

    private static let url = Option<String>(
        "url", placeholder: "URL",
        Message(
            "diagnose.url", en: "Where the request goes; otherwise the gate or worker found here",
            fr: "Où va la requête ; sinon le portail ou le worker trouvé ici"))
    private static let tokenInput = Flag(
        "token-stdin",
        Message("diagnose.token", en: "Read the token from standard input", fr: "Lit le jeton sur l’entrée standard"))
    private static let request = Option<FilePath>(
        "request",
        Message(
            "diagnose.request", en: "The body of a POST /prompt that is refused, as a file",
            fr: "Le corps d’un POST /prompt refusé, dans un fichier"))
    private static let container = Option<String>(
        "container", placeholder: "NAME",
        Message(
            "diagnose.container", en: "The container that should answer", fr: "Le conteneur qui devrait répondre"))
    private static let fromPhone = Flag(
        "from-phone",
        Message(
            "diagnose.phone", en: "It works here, and not from another device",
            fr: "Cela marche ici, et pas depuis un autre appareil"))

    private static let way = Message("diagnose.way", en: "From here to {url}:", fr: "D’ici à {url} :")
    private static let fine = Message(
        "diagnose.fine", en: "Every link holds: the request gets through.",
        fr: "Chaque maillon tient : la requête aboutit.")
    private static let next = Message(
        "diagnose.next", en: "Next, once that is mended:", fr: "Ensuite, une fois cela réparé :")
    private static let hops: [Hop: Message] = [
        .request: Message("hop.request", en: "request", fr: "requête"),
        .name: Message("hop.name", en: "name", fr: "nom"), .port: Message("hop.port", en: "port", fr: "port"),
        .tls: Message("hop.tls", en: "TLS", fr: "TLS"), .proxy: Message("hop.proxy", en: "proxy", fr: "proxy"),
        .gate: Message("hop.gate", en: "gate", fr: "portail"),
        .login: Message("hop.login", en: "login", fr: "connexion"),
        .worker: Message("hop.worker", en: "worker", fr: "worker"),
        .clock: Message("hop.clock", en: "clock", fr: "horloge"),
    ]
    private static let noContainer = Message(
        "diagnose.no_container", en: "There is no container {name}.", fr: "Il n’y a pas de conteneur {name}.")
    private static let containers = Message("diagnose.containers", en: "There are {names}.", fr: "Il y a {names}.")
    static let messages = [noContainer, containers, way, fine, next] + Array(hops.values)

    private let root: String
    private let given: HTTPURL?
    private let readsToken: Bool
    private let wanted: String?
    private let body: String?
    private let isFromPhone: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        given = try arguments.get(Self.url).map { (text) throws(UsageError) in try SurveyOptions.way(text) }
        readsToken = arguments.has(Self.tokenInput)
        wanted = try arguments.get(Self.container)
        body = try arguments.get(Self.request)?.text
        isFromPhone = arguments.has(Self.fromPhone)
    }

    func run(_ terminal: Terminal) async throws {
        let token = readsToken ? try SecretInput.standardInput.read(terminal.environment) : nil
        let loop = EventLoop("diagnose")
        defer { loop.stop() }
        let survey = await Surveyor(root: root, environment: terminal.environment).look(on: loop)
        if let wanted, !survey.containers.contains(where: { $0.name == wanted }) {
            let names = survey.containers.map(\.name).sorted().joined(separator: ", ")
            throw CommandFailure(
                at: "--container", Self.noContainer(["name": wanted]),
                survey.engine.reason ?? Self.containers(["names": names.isEmpty ? "–" : names]))
        }
        guard let url = given ?? Self.usual(survey, container: wanted) else { return }
        var traveller = Traveller(url)
        (traveller.isFromPhone, traveller.token, traveller.container) = (isFromPhone, token, wanted)
        if let body {
            do {
                traveller.request = (body, try FileBytes.read(body, limit: 64 << 20))
            } catch {
                throw CommandFailure(at: body, Phrase(verbatim: error.reason))
            }
        }
        let diagnosis = Diagnosis(await traveller.travel(survey, environment: terminal.environment, on: loop))
        let json: JSON = [
            "url": .string(traveller.url.place), "passed": .array(diagnosis.passed.map { .string($0.rawValue) }),
            "causes": .array(
                diagnosis.causes.map { cause in
                    [
                        "id": .string(cause.id), "hop": .string(cause.hop.rawValue), "place": .string(cause.place),
                        "evidence": .string(terminal.text(cause.evidence)),
                        "remedy": .string(terminal.text(cause.remedy)),
                    ]
                }),
        ]
        terminal.put(json) { Self.text(diagnosis, traveller.url, terminal) }
        if diagnosis.first != nil { throw ExitFailure(code: 4) }
    }

    /// The gate's port where something listens there, else what a ComfyUI's container publishes, else ComfyUI's own.
    private static func usual(_ survey: Survey, container: String?) -> HTTPURL? {
        let isNamed = survey.containers.first { $0.name == container }
        if isNamed == nil, survey.machine.listening.contains(where: { $0.port == 8_288 }) { return local(8_288) }
        let found = isNamed ?? survey.containers.first { $0.isComfyUI && $0.run != nil }
        return local(found?.ports.compactMap(\.host).first ?? 8_188)
    }

    private static func local(_ port: Int) -> HTTPURL? { HTTPURL("http://127.0.0.1:\(port)") }

    private static func text(_ diagnosis: Diagnosis, _ url: HTTPURL, _ terminal: Terminal) -> String {
        let style = terminal.style
        func name(_ hop: Hop) -> String { hops[hop].map { terminal.text($0) } ?? hop.rawValue }
        var text = terminal.text(way(["url": url.place])) + "\n"
        for hop in diagnosis.passed { text += "  " + style.green("✓") + " " + name(hop) + "\n" }
        for (index, cause) in diagnosis.causes.enumerated() {
            if index == 1 { text += "\n" + terminal.text(next) + "\n" }
            text += "  " + style.red("✗") + " " + name(cause.hop) + "  " + style.bold(cause.place.visibleControls)
            text += "  " + cause.id + "\n    " + terminal.text(cause.evidence).visibleControls + "\n"
            text += "    → " + terminal.text(cause.remedy).visibleControls + "\n"
        }
        return diagnosis.causes.isEmpty ? text + terminal.text(fine) + "\n" : text
    }
}
