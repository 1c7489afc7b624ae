internal import Basics
internal import CommandLineKit
internal import Glibc
internal import Loop
internal import Secrets

/// Makes consumers read a new value, and looks whether they have.
struct RotationRun {
    /// Why a consumer does not have it.
    struct Failure: Error {
        let name: String
        let what: Phrase
    }

    let root: String
    let credential: Credential
    /// Kinds of the files that have changed.
    let kinds: [LocationRule.Kind]
    /// A line for a shell, once after the consumers' own.
    let then: String?
    /// Milliseconds that one command, and one consumer afterwards, may take.
    let limit: UInt64
    /// Not to be shown, whatever a command writes; asked for only when one has failed.
    let hidden: @Sendable () -> [Secret]

    private static let failed = Message(
        "rotate.command_failed", en: "The command failed ({end}): {words}", fr: "La commande a échoué ({end}) : {words}"
    )
    private static let failedSilently = Message(
        "rotate.command_silent", en: "The command failed ({end}) and said nothing.",
        fr: "La commande a échoué ({end}) sans rien dire.")
    private static let notStarted = Message(
        "rotate.not_started", en: "The command could not be started: {words}",
        fr: "La commande n’a pas pu démarrer : {words}")
    private static let inside = Message(
        "rotate.inside", en: "Nobody could look into its container: {words}",
        fr: "Impossible de regarder dans son conteneur : {words}")
    private static let noLook = Message(
        "rotate.no_look", en: "it does not hold the new value", fr: "il n’a pas la nouvelle valeur")
    static let messages = [failed, failedSilently, notStarted, inside, noLook]

    /// Runs what makes a consumer read again.
    func tell(_ consumer: Consumer, _ terminal: Terminal) throws(Failure) {
        guard let action = consumer.action(afterChanging: kinds) else { return }
        try perform(action, for: consumer.name, terminal)
    }

    /// Runs the command of `--then`.
    func finish(_ terminal: Terminal) throws(Failure) {
        if let then { try perform(.shell(then), for: "--then", terminal) }
    }

    private func perform(_ action: Consumer.Action, for name: String, _ terminal: Terminal) throws(Failure) {
        var child =
            switch action {
            case .program(let words): ChildProcess(words[0], Array(words.dropFirst()))
            case .shell(let line): ChildProcess("/bin/sh", ["-c", line])
            }
        child.folder = root
        child.timeLimit = limit
        child.environment = Self.handedOn(terminal.environment)
        let result: ChildProcess.Result
        do {
            result = try child.run()
        } catch {
            throw Failure(name: name, what: Self.notStarted(["words": terminal.text(systemPhrase(error.code))]))
        }
        guard !result.isSuccess else { return }
        let end =
            switch result.end {
            case .exited(let code): "\(code)"
            case .signaled(let signal): "signal \(signal)"
            case .timedOut: "timeout"
            case .tooMuchOutput: "too much output"
            }
        let words = told(result.errors + result.output)
        throw Failure(
            name: name,
            what: words.isEmpty ? Self.failedSilently(["end": end]) : Self.failed(["end": end, "words": words]))
    }

    /// The last words of a program, without a secret.
    private func told(_ bytes: [UInt8]) -> String {
        // Of a secret that is cut in two, half would stay.
        let text = Redaction(hidden()).text(bytes.suffix(65_536)).suffix(2_000)
        return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
    }

    /// Without what opens or makes secrets: nobody but this program needs it.
    private static func handedOn(_ environment: [String: String]) -> [String: String] {
        environment.filter { !$0.key.hasPrefix("COMFYGATE_SEAL_") && !$0.key.hasPrefix("COMFYGATE_RAW_TOKEN") }
    }

    /// Asks until it has the value or the time is over; nil for a consumer that offers no way to ask.
    func verify(_ consumer: Consumer, on loop: EventLoop) async throws(Failure) -> Bool? {
        let value = consumer.value == .hash ? credential.bcryptHash : credential.rawToken
        guard let value, consumer.url != nil || consumer.look != nil else { return nil }
        let end = ContinuousClock.now.advanced(by: .milliseconds(limit))
        while true {
            guard let failure = await fault(consumer, value, on: loop) else { return true }
            guard ContinuousClock.now < end else { throw failure }
            try? await Task.sleep(for: .milliseconds(min(1_000, limit / 10)))
        }
    }

    private func fault(_ consumer: Consumer, _ value: Secret, on loop: EventLoop) async -> Failure? {
        if let words = consumer.look {
            var child = ChildProcess(words[0], Array(words.dropFirst()))
            child.folder = root
            child.timeLimit = 30_000
            let result: ChildProcess.Result
            do {
                result = try child.run()
            } catch {
                return Failure(name: consumer.name, what: Self.notStarted(["words": systemMessage(error.code)]))
            }
            guard result.isSuccess else {
                return Failure(name: consumer.name, what: Self.inside(["words": told(result.errors)]))
            }
            guard consumer.holds(value, found: result.output) else {
                return Failure(name: consumer.name, what: Self.noLook())
            }
        }
        guard consumer.url != nil else { return nil }
        let verdict = await ConsumerProbe(consumer, bearer: value).ask(on: loop)
        return verdict.isGuarded ? nil : Failure(name: consumer.name, what: verdict.phrase)
    }
}
