internal import Basics
internal import CommandLineKit
internal import Loop
internal import Secrets

/// `comfygate secrets rotate`: a new credential everywhere, seen to be taken by every consumer, or the old one again.
struct SecretsRotate: Command {
    private static let credential = Option<String>("credential", SecretsMessages.credential)
    private static let grace = Option<Duration>(
        "grace", or: .seconds(86_400),
        Message(
            "rotate.grace", en: "How long the old value stays at hand",
            fr: "Combien de temps l’ancienne valeur reste connue"))
    private static let then = Option<String>(
        "then", placeholder: "COMMAND",
        Message(
            "rotate.then", en: "A shell's line to run once the consumers' own commands are done",
            fr: "Une ligne de shell à lancer après les commandes des consommateurs"))
    private static let wait = Option<Duration>(
        "wait", or: .seconds(300),
        Message(
            "rotate.wait", en: "How long a command, and a consumer after it, may take",
            fr: "Le temps laissé à une commande, puis à un consommateur"))
    private static let resume = Flag(
        "resume",
        Message(
            "rotate.resume", en: "Go on with a rotation that was stopped", fr: "Poursuivre un renouvellement interrompu"
        ))
    private static let undo = Flag(
        "undo",
        Message("rotate.undo", en: "Return to the value before the last rotation", fr: "Revenir à la valeur d’avant"))

    static let declaration = CommandDeclaration(
        "rotate",
        Message(
            "secrets.rotate.summary", en: "Give everybody a new credential, or nobody",
            fr: "Donne à tous un nouveau secret, ou à personne"),
        discussion: Message(
            "secrets.rotate.discussion",
            en:
                "A new token is made and written everywhere; then each consumer's command is run and the consumer asked. "
                + "When one does not take it, all files and all consumers return to the old value.",
            fr: "Un nouveau jeton est tiré et écrit partout ; puis la commande de chaque consommateur est lancée et le "
                + "consommateur interrogé. Si l’un ne l’accepte pas, fichiers et consommateurs reviennent à l’ancien."),
        [credential, grace, then, wait, resume, undo] + TokenOptions.all + SealOptions.all
            + SecretsEdit.all,
        examples: ["secrets rotate --dry-run", "secrets rotate --grace 24h"])

    private static let stopped = Message(
        "rotate.stopped",
        en: "The rotation of {time} was stopped before these consumers were seen with the new value: {names}.",
        fr:
            "Le renouvellement du {time} a été interrompu avant que ces consommateurs aient la nouvelle valeur : {names}."
    )
    private static let stoppedRemedy = Message(
        "rotate.stopped_remedy", en: "`--resume` goes on with it, `--undo` returns to the old value.",
        fr: "`--resume` le poursuit, `--undo` revient à l’ancienne valeur.")
    private static let noOld = Message(
        "rotate.no_old", en: "The value before the last rotation is no longer known.",
        fr: "La valeur d’avant le dernier renouvellement n’est plus connue.")
    private static let noOldRemedy = Message(
        "rotate.no_old_remedy", en: "`comfygate secrets history` lists the backups.",
        fr: "`comfygate secrets history` liste les sauvegardes.")
    private static let nothingStopped = Message(
        "rotate.nothing_stopped", en: "No rotation was stopped.", fr: "Aucun renouvellement n’a été interrompu.")
    private static let verified = Message(
        "rotate.verified", en: "{name} takes the new value.", fr: "{name} accepte la nouvelle valeur.")
    private static let unverified = Message(
        "rotate.unverified",
        en: "{name} offers no way to ask it: give it a url, or a container with a variable or file.",
        fr: "{name} ne peut pas être interrogé : donnez-lui une url, ou un conteneur avec variable ou fichier.")
    private static let nobody = Message(
        "rotate.nobody", en: "No consumer is listed, so nobody was told of the new value.",
        fr: "Aucun consommateur ne figure, donc personne n’a appris la nouvelle valeur.")
    private static let returned = Message(
        "rotate.returned", en: "All files are as before, and the consumers were told so.",
        fr: "Tous les fichiers sont comme avant, et les consommateurs en sont avertis.")
    private static let notTold = Message(
        "rotate.not_told", en: "It was not told that the old value holds again: see to it by hand.",
        fr: "Il n’a pas appris que l’ancienne valeur vaut à nouveau : voyez-y à la main.")
    private static let done = Message(
        "rotate.done", en: "Done. The old value stays at hand until {time}.",
        fr: "Fait. L’ancienne valeur reste connue jusqu’au {time}.")
    static let messages = [
        stopped, stoppedRemedy, noOld, noOldRemedy, nothingStopped, verified, unverified, nobody, returned, notTold,
        done,
    ]

    private enum Work { case new, resume, undo }

    private let edit: SecretsEdit
    private let token: TokenOptions
    private let name: String
    private let grace: Duration
    private let then: String?
    private let wait: Duration
    private let work: Work

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        token = try TokenOptions(arguments)
        name = try SecretsOptions.name(arguments.get(Self.credential))
        grace = try arguments.require(Self.grace)
        then = try arguments.get(Self.then)
        wait = try arguments.require(Self.wait)
        let (resume, undo) = (arguments.has(Self.resume), arguments.has(Self.undo))
        guard !resume || !undo else { throw UsageError(SecretsMessages.oneSource(), SecretsMessages.keepOne()) }
        work = resume ? .resume : undo ? .undo : .new
    }

    func run(_ terminal: Terminal) async throws {
        let opened = try edit.open(terminal, begins: false)
        let old = try SecretsOptions.credential(name, in: opened.file)
        let credential = try changed(old, opened.tree, terminal)
        var file = opened.file
        file.set(credential)
        let change = try edit.plan(file, opened, key: opened.key, terminal)
        // Before anything is written: afterwards nobody knows what was there.
        let reversal = change.reversal(from: opened.tree)
        try edit.commit(change, opened, action: "rotate", terminal)
        guard let project = opened.project else { return }
        let consumers =
            work == .resume ? credential.consumers.filter { old.pending.contains($0.name) } : credential.consumers
        let run = RotationRun(
            root: edit.root, credential: credential, kinds: kinds(change, credential), then: then,
            limit: UInt64(max(1, wait.components.seconds)) * 1_000,
            hidden: { [root = edit.root, files = [opened.file, file]] in Self.secrets(of: files, root) })
        var told: [Consumer] = []
        do {
            for consumer in consumers {
                told.append(consumer)
                try run.tell(consumer, terminal)
            }
            try run.finish(terminal)
            try await verify(consumers, run, terminal)
        } catch let failure as RotationRun.Failure {
            terminal.report(CommandFailure(at: failure.name, failure.what))
            guard work == .new else { throw ExitFailure() }
            _ = try project.run(reversal)
            giveBack(told, run, terminal)
            throw ExitFailure()
        }
        if consumers.isEmpty { terminal.warn(Self.nobody()) }
        let settled = credential.settled(now: .now())
        if settled != credential {
            file.set(settled)
            _ = try project.run(SecretsChange(file, from: opened.tree, key: opened.key).changes)
        }
        if let until = credential.previous?.until, work != .undo { terminal.say(Self.done(["time": until.rfc3339])) }
        try edit.judge(file, opened.tree, terminal)
    }

    /// The credential as it shall be.
    private func changed(_ old: Credential, _ tree: ProjectTree, _ terminal: Terminal) throws -> Credential {
        switch work {
        case .new:
            guard old.pending.isEmpty else {
                let names = old.pending.joined(separator: ", ")
                throw CommandFailure(
                    at: name, Self.stopped(["time": old.rotatedAt ?? "-", "names": names]), Self.stoppedRemedy())
            }
            switch try token.read(tree, terminal) {
            case .token(let token)?: return try rotated(old, to: token)
            case .hash?:
                throw CommandFailure(at: name, SecretsMessages.noToken(["name": name]), SecretsMessages.noTokenRemedy())
            case nil: return try rotated(old, to: RawToken.make())
            }
        case .resume:
            guard !old.pending.isEmpty else { throw CommandFailure(at: name, Self.nothingStopped()) }
            return old
        case .undo:
            guard let before = old.unrotated() else {
                throw CommandFailure(at: name, Self.noOld(), Self.noOldRemedy())
            }
            return before
        }
    }

    private func rotated(_ old: Credential, to token: Secret) throws -> Credential {
        do {
            return try old.rotated(to: token, grace: grace, now: .now())
        } catch {
            throw CommandFailure(at: name, Phrase(verbatim: error.message))
        }
    }

    /// What has changed; after a stop nobody knows, so all kinds of the locations have.
    private func kinds(_ change: SecretsChange, _ credential: Credential) -> [LocationRule.Kind] {
        let steps = change.plan.steps.map(\.kind)
        return steps.isEmpty ? credential.locations.map(\.kind) : steps
    }

    private func verify(_ consumers: [Consumer], _ run: RotationRun, _ terminal: Terminal) async throws {
        let loop = EventLoop("rotate")
        defer { loop.stop() }
        for consumer in consumers {
            if try await run.verify(consumer, on: loop) == true {
                terminal.say(Self.verified(["name": consumer.name]))
            } else {
                terminal.warn(Self.unverified(["name": consumer.name]))
            }
        }
    }

    private func giveBack(_ told: [Consumer], _ run: RotationRun, _ terminal: Terminal) {
        var isTold = true
        for consumer in told {
            do {
                try run.tell(consumer, terminal)
            } catch {
                isTold = false
                terminal.report(CommandFailure(at: error.name, error.what))
                terminal.report(CommandFailure(at: consumer.name, Self.notTold()))
            }
        }
        do { try run.finish(terminal) } catch {
            isTold = false
            terminal.report(CommandFailure(at: error.name, error.what))
        }
        if isTold { terminal.say(Self.returned()) } else { terminal.say(SecretsMessages.asBefore()) }
    }

    /// All that a consumer's command could show: a `docker compose config` prints whole dotenv files.
    private static func secrets(of files: [CredentialFile], _ root: String) -> [Secret] {
        let found = (try? Discovery(of: root, listed: files.first))?.secrets ?? []
        return found
            + files.flatMap(\.credentials).flatMap { credential in
                [
                    credential.rawToken, credential.bcryptHash, credential.previous?.rawToken,
                    credential.previous?.bcryptHash,
                ].compactMap(\.self)
            }
    }
}
