internal import Basics
internal import Checkup
internal import CommandLineKit
internal import Wire

/// What is looked at: the project's folder, and what cannot be found from there.
struct SurveyOptions {
    static let worker = Option<String>(
        "worker", placeholder: "URL", isRepeatable: true,
        Message(
            "survey.worker", en: "A ComfyUI that runs outside the containers here",
            fr: "Un ComfyUI qui tourne hors des conteneurs d’ici"))
    static let url = Option<String>(
        "url", placeholder: "URL", isRepeatable: true,
        Message(
            "survey.url", en: "Follow the way of a request to there, as diagnose does",
            fr: "Suit le chemin d’une requête jusque-là, comme diagnose"))
    static let models = Option<FilePath>(
        "models", isRepeatable: true, completion: .folders,
        Message(
            "survey.models", en: "A folder with models, beside those that containers mount",
            fr: "Un dossier de modèles, outre ceux que montent les conteneurs"))

    private static let badURL = Message(
        "survey.bad_url", en: "{option}: {url} is no address such as {example}.",
        fr: "{option} : {url} n’est pas une adresse comme {example}.")
    private static let schemeless = Message(
        "survey.schemeless", en: "{option}: write what is spoken there, too: http://{url}.",
        fr: "{option} : écrivez aussi ce qui s’y parle : http://{url}.")
    private static let withPassword = Message(
        "survey.with_password",
        en: "{option}: leave name and password out of the address; a token is read by --token-stdin of diagnose.",
        fr:
            "{option} : retirez le nom et le mot de passe de l’adresse ; un jeton se lit par --token-stdin de diagnose."
    )
    private static let workerOverTLS = Message(
        "survey.worker_tls", en: "{option}: a ComfyUI itself speaks http://; the way through a proxy is --url {url}.",
        fr: "{option} : un ComfyUI parle lui-même http:// ; le chemin par un proxy, c’est --url {url}.")
    static let noFolder = Message(
        "survey.no_folder", en: "{option}: there is no folder {path}.",
        fr: "{option} : il n’y a pas de dossier {path}.")
    static let all: [any Parameter] = [SecretsOptions.root, worker, url, models]
    static let messages = [badURL, schemeless, withPassword, workerOverTLS, noFolder]

    let root: String
    let workers: [HTTPURL]
    let urls: [HTTPURL]
    private let models: [String]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        models = try arguments.all(Self.models).map(\.text)
        for folder in models where !SecretsOptions.isFolder(folder) {
            throw UsageError(Self.noFolder(["option": "--models", "path": folder]))
        }
        workers = try arguments.all(Self.worker).map { (text) throws(UsageError) in
            let url = try Self.address(text, of: Self.worker, such: "http://127.0.0.1:8188")
            guard !url.isSecure else {
                throw UsageError(Self.workerOverTLS(["option": "--worker", "url": url.place]))
            }
            return url
        }
        urls = try arguments.all(Self.url).map { (text) throws(UsageError) in try Self.way(text) }
    }

    /// Where a request goes, as `--url` names it.
    static func way(_ text: String) throws(UsageError) -> HTTPURL {
        try address(text, of: url, such: "https://comfy.example.org")
    }

    /// - Parameter example: One that is right.
    private static func address(
        _ given: String, of option: Option<String>, such example: String
    ) throws(UsageError) -> HTTPURL {
        let option = "--" + option.declaration.name
        let text = given.trimmed(of: \.isWhitespace)
        if let url = HTTPURL(text), url.authority != nil { return url }
        let rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
        if rest.prefix(while: { $0 != "/" }).contains("@") { throw UsageError(withPassword(["option": option])) }
        if rest.count == text.count, HTTPURL("http://" + text)?.authority != nil {
            throw UsageError(schemeless(["option": option, "url": text]))
        }
        throw UsageError(badURL(["option": option, "url": text.isEmpty ? "\"\"" : text, "example": example]))
    }

    func surveyor(_ environment: [String: String]) -> Surveyor {
        var surveyor = Surveyor(root: root, environment: environment)
        (surveyor.workers, surveyor.urls, surveyor.models) = (workers, urls, models)
        surveyor.gate = { [root] in GateFacts.mistakes(below: root, environment) }
        return surveyor
    }
}
