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

    private static let badWorker = Message(
        "survey.bad_worker", en: "--worker: {url} is no address such as http://127.0.0.1:8188.",
        fr: "--worker : {url} n’est pas une adresse comme http://127.0.0.1:8188.")
    private static let badURL = Message(
        "survey.bad_url", en: "--url: {url} is no address such as https://comfy.example.org.",
        fr: "--url : {url} n’est pas une adresse comme https://comfy.example.org.")
    static let noFolder = Message(
        "survey.no_folder", en: "{option}: there is no folder {path}.",
        fr: "{option} : il n’y a pas de dossier {path}.")
    static let all: [any Parameter] = [SecretsOptions.root, worker, url, models]
    static let messages = [badWorker, badURL, noFolder]

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
            guard let url = HTTPURL(text), url.authority != nil, !url.isSecure else {
                throw UsageError(Self.badWorker(["url": text]))
            }
            return url
        }
        urls = try arguments.all(Self.url).map { (text) throws(UsageError) in try Self.url(text) }
    }

    /// Where a request goes, as `--url` names it.
    static func url(_ text: String) throws(UsageError) -> HTTPURL {
        guard let url = HTTPURL(text), url.authority != nil else { throw UsageError(badURL(["url": text])) }
        return url
    }

    func surveyor(_ environment: [String: String]) -> Surveyor {
        var surveyor = Surveyor(root: root, environment: environment)
        (surveyor.workers, surveyor.urls, surveyor.models) = (workers, urls, models)
        surveyor.gate = { [root] in GateFacts.mistakes(below: root, environment) }
        return surveyor
    }
}
