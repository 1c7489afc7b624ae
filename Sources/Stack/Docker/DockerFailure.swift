public import Basics

/// Why an engine tells nothing.
public enum DockerFailure: Error, Sendable, Hashable {
    /// Neither named nor at one of these places.
    case noEngine([String])
    case badAddress(String)
    /// `ssh` or `npipe`: not spoken here.
    case noTransport(String)
    /// The certificates of a `tcp` address cannot be read; the folder and the reason.
    case certificates(String, String)
    /// Its socket is there, but this user may not open it.
    case denied(String)
    /// Nobody answers there.
    case silent(String)
    case timedOut(String)
    /// Something else answers there, or an engine older than `DockerVersion.oldest`.
    case notDocker(String)
    /// The engine's own words.
    case refused(status: Int, String)

    public var phrase: Phrase {
        switch self {
        case .noEngine(let places): DockerMessages.noEngine(["places": places.joined(separator: ", ")])
        case .badAddress(let text): DockerMessages.badAddress(["text": text])
        case .noTransport(let scheme): DockerMessages.noTransport(["scheme": scheme])
        case .certificates(let folder, let reason):
            DockerMessages.certificates(["folder": folder, "reason": reason])
        case .denied(let place): DockerMessages.denied(["place": place])
        case .silent(let place): DockerMessages.silent(["place": place])
        case .timedOut(let place): DockerMessages.timedOut(["place": place])
        case .notDocker(let place): DockerMessages.notDocker(["place": place])
        case .refused(let status, let words): DockerMessages.refused(["status": "\(status)", "words": words])
        }
    }

    public var remedy: Phrase {
        switch self {
        case .noEngine, .silent: DockerMessages.start()
        case .badAddress: DockerMessages.writeAddress()
        case .noTransport: DockerMessages.forward()
        case .certificates: DockerMessages.checkCertificates()
        case .denied: DockerMessages.join()
        case .timedOut, .refused: DockerMessages.lookAtLog()
        case .notDocker: DockerMessages.checkAddress()
        }
    }
}

/// What is said of an engine.
public enum DockerMessages {
    static let noEngine = Message(
        "docker.no_engine", en: "no Docker Engine: DOCKER_HOST is not set, and there is none of {places}",
        fr: "pas de moteur Docker : DOCKER_HOST n’est pas défini, et aucun de {places} n’existe")
    static let badAddress = Message(
        "docker.bad_address", en: "DOCKER_HOST is {text}, which is no address",
        fr: "DOCKER_HOST vaut {text}, ce n’est pas une adresse")
    static let noTransport = Message(
        "docker.no_transport", en: "DOCKER_HOST names an engine by {scheme}, which is not spoken here",
        fr: "DOCKER_HOST désigne un moteur par {scheme}, qui n’est pas pris en charge ici")
    static let certificates = Message(
        "docker.certificates", en: "the certificates for the Docker Engine in {folder} cannot be used: {reason}",
        fr: "les certificats du moteur Docker dans {folder} sont inutilisables : {reason}")
    static let denied = Message(
        "docker.denied", en: "this user may not open {place}", fr: "cet utilisateur ne peut pas ouvrir {place}")
    static let silent = Message(
        "docker.silent", en: "no Docker Engine answers at {place}", fr: "aucun moteur Docker ne répond à {place}")
    static let timedOut = Message(
        "docker.timed_out", en: "the Docker Engine at {place} did not answer in time",
        fr: "le moteur Docker à {place} n’a pas répondu à temps")
    static let notDocker = Message(
        "docker.not_docker", en: "what answers at {place} is no Docker Engine of API 1.24 or later",
        fr: "ce qui répond à {place} n’est pas un moteur Docker d’API 1.24 ou plus récente")
    static let refused = Message(
        "docker.refused", en: "the Docker Engine answered {status}: {words}",
        fr: "le moteur Docker a répondu {status} : {words}")

    static let start = Message(
        "docker.start",
        en: "Start Docker, or set DOCKER_HOST; in WSL switch on the distribution's integration in Docker Desktop.",
        fr:
            "Démarrez Docker ou définissez DOCKER_HOST ; sous WSL, activez l’intégration de la distribution dans Docker Desktop."
    )
    static let writeAddress = Message(
        "docker.write_address", en: "Write unix:///var/run/docker.sock or tcp://HOST:PORT.",
        fr: "Écrivez unix:///var/run/docker.sock ou tcp://HÔTE:PORT.")
    static let forward = Message(
        "docker.forward",
        en: "Run this where the engine is, or forward its socket: ssh -L /tmp/docker.sock:/var/run/docker.sock HOST.",
        fr:
            "Lancez ceci là où est le moteur, ou transférez son socket : ssh -L /tmp/docker.sock:/var/run/docker.sock HÔTE."
    )
    static let checkCertificates = Message(
        "docker.check_certificates", en: "Put ca.pem, cert.pem and key.pem there, or set DOCKER_CERT_PATH.",
        fr: "Placez-y ca.pem, cert.pem et key.pem, ou définissez DOCKER_CERT_PATH.")
    static let join = Message(
        "docker.join", en: "Run this as a member of the group docker, or with sudo.",
        fr: "Lancez ceci comme membre du groupe docker, ou avec sudo.")
    static let lookAtLog = Message(
        "docker.look_at_log", en: "Look at the engine's own log: journalctl -u docker.",
        fr: "Consultez le journal du moteur : journalctl -u docker.")
    static let checkAddress = Message(
        "docker.check_address", en: "Check DOCKER_HOST.", fr: "Vérifiez DOCKER_HOST.")

    public static let all = [
        noEngine, badAddress, noTransport, certificates, denied, silent, timedOut, notDocker, refused, start,
        writeAddress,
        forward, checkCertificates, join, lookAtLog, checkAddress,
    ]
}
