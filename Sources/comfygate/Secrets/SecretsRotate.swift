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
    private static let writable = Message(
        "rotate.writable", en: "Others can write it, and the commands of its consumers would run with your rights.",
        fr: "D’autres peuvent l’écrire, et les commandes de ses consommateurs auraient vos droits.")
    private static let writableRemedy = Message(
        "rotate.writable_remedy", en: "Read its consumers, then chmod 700 .secrets and chmod 600 the file.",
        fr: "Relisez ses consommateurs, puis chmod 700 .secrets et chmod 600 pour le fichier.")
    private static let eitherOr = Message(
        "rotate.either_or", en: "--resume goes on, --undo goes back: give one of them.",
        fr: "--resume poursuit, --undo revient en arrière : donnez l’un des deux.")
    private static let noToken = Message(
        "rotate.no_new_token", en: "--resume and --undo take no token: leave it out.",
        fr: "--resume et --undo ne prennent pas de jeton : ôtez-le.")
    private static let wantsToken = Message(
        "rotate.wants_token", en: "A hash stands there, and a rotation begins with a raw token.",
        fr: "Il s’y trouve une empreinte, et un renouvellement part d’un jeton brut.")
    private static let wantsTokenRemedy = Message(
        "rotate.wants_token_remedy", en: "Give one by --token-stdin or --token-file, or leave it out.",
        fr: "Donnez-en un par --token-stdin ou --token-file, ou n’en donnez pas.")
    private static let halfWay = Message(
        "rotate.half_way",
        en: "The files could not be given back, and keep the new value. `rotate --undo` tries again.",
        fr: "Les fichiers n’ont pas pu être rétablis, et gardent la nouvelle valeur. `rotate --undo` réessaie.")
    private static let undoneHalf = Message(
        "rotate.undone_half", en: "All files hold the old value, not all consumers: `rotate --resume` tries again.",
        fr: "Tous les fichiers ont l’ancienne valeur, pas tous les consommateurs : `rotate --resume` réessaie.")
    private static let doneAtOnce = Message(
        "rotate.done_at_once", en: "Done. The old value was forgotten.", fr: "Fait. L’ancienne valeur est oubliée.")
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
    private static let admitted = Message(
        "rotate.admitted", en: "{name} takes the old value, too, until {time}.",
        fr: "{name} accepte aussi l’ancienne valeur jusqu’au {time}.")
    private static let notAdmitted = Message(
        "rotate.not_admitted", en: "{name} does not take the old value any more: {reason}",
        fr: "{name} n’accepte plus l’ancienne valeur : {reason}")
    static let messages = [
        admitted, notAdmitted, stopped, stoppedRemedy, writable, writableRemedy, eitherOr, noToken, wantsToken,
        wantsTokenRemedy, halfWay,
        undoneHalf, doneAtOnce, noOld, noOldRemedy, nothingStopped, verified, unverified, nobody, returned, notTold,
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
        guard !resume || !undo else { throw UsageError(Self.eitherOr()) }
        guard !resume && !undo || !token.isNamed else { throw UsageError(Self.noToken()) }
        work = resume ? .resume : undo ? .undo : .new
    }

    func run(_ terminal: Terminal) async throws {
        try mayRun()
        let opened = try await edit.open(terminal, begins: false)
        do {
            try await run(opened, terminal)
        } catch {
            await opened.close()
            throw error
        }
        await opened.close()
    }

    private func run(_ opened: SecretsEdit.Opened, _ terminal: Terminal) async throws {
        let old = try SecretsOptions.credential(name, in: opened.file)
        let credential = try changed(old, opened.tree, terminal)
        var file = opened.file
        file.set(credential)
        // Before anything is written: afterwards nobody knows what was there.
        var reversal: [FileChange] = []
        let change = try await edit.change(to: file, opened, action: "rotate", terminal) { change in
            reversal = change.reversal(from: opened.tree)
        }
        file = change.file
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
            guard work == .new else {
                if work == .undo { terminal.say(Self.undoneHalf()) } else { terminal.say(Self.stoppedRemedy()) }
                throw ExitFailure()
            }
            let outcome: TransactionOutcome
            do {
                outcome = try edit.make(reversal, project, terminal)
            } catch {
                terminal.report(CommandFailure(at: name, error.phrase))
                terminal.say(Self.halfWay())
                throw ExitFailure()
            }
            await edit.note("rotate-back", outcome.changed, project, opened.gate, terminal)
            giveBack(told, run, terminal)
            throw ExitFailure()
        }
        if consumers.isEmpty { terminal.warn(Self.nobody()) }
        if let gate = opened.gate { await admit(credential, consumers, gate, terminal) }
        let settled = (file[name] ?? credential).settled(now: .now())
        if settled != file[name] {
            file.set(settled)
            // A place that refuses by now is told like any other.
            let last = try edit.plan(file, opened, key: opened.key, terminal)
            _ = try edit.make(last.changes, project, terminal)
        }
        if let until = credential.previous?.until, work != .undo {
            terminal.say(file[name]?.previous == nil ? Self.doneAtOnce() : Self.done(["time": until.rfc3339]))
        }
        try edit.judge(file, opened.tree, terminal)
    }

    /// Commands of the source of truth run with this user's rights: nobody else may have written them.
    /// Asked before the folder is opened for writing, which takes the rights of others.
    private func mayRun() throws {
        let tree = try ProjectTree(root: edit.root)
        let consumers = try SecretsOptions.file(in: tree, edit.root)[name]?.consumers ?? []
        guard consumers.contains(where: { $0.afterEnvironment != nil || $0.afterFile != nil }) else { return }
        let facts = tree.facts(of: CredentialFile.path)
        let modes = (facts.mode ?? 0) | (facts.folderMode ?? 0)
        guard facts.keepsModes, modes & 0o022 != 0 else { return }
        throw CommandFailure(at: CredentialFile.path, Self.writable(), Self.writableRemedy())
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
                throw CommandFailure(at: name, Self.wantsToken(), Self.wantsTokenRemedy())
            case nil: return try rotated(old, to: RawToken.make())
            }
        case .resume:
            guard !old.pending.isEmpty else { throw CommandFailure(at: name, Self.nothingStopped()) }
            return old
        case .undo:
            guard var before = old.unrotated() else {
                throw CommandFailure(at: name, Self.noOld(), Self.noOldRemedy())
            }
            // Whoever does not take the old value now is known to `--resume`.
            before.pending = before.consumers.map(\.name)
            return before
        }
    }

    private func rotated(_ old: Credential, to token: Secret) throws -> Credential {
        do {
            return try old.rotated(to: token, grace: grace, now: .now())
        } catch {
            throw CommandFailure(at: name, SecretsMessages.unfit())
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

    /// Consumers that are a gate take the old hash, too, until the grace is over.
    private func admit(
        _ credential: Credential, _ consumers: [Consumer], _ gate: GateLink.Open, _ terminal: Terminal
    ) async {
        guard let previous = credential.previous, let hash = previous.bcryptHash, previous.until > .now() else {
            return
        }
        for consumer in consumers {
            guard let account = consumer.account else { continue }
            do {
                try await GateLink.admit(hash, for: account, until: previous.until, gate)
                terminal.say(Self.admitted(["name": consumer.name, "time": previous.until.rfc3339]))
            } catch {
                terminal.warn(Self.notAdmitted(["name": consumer.name, "reason": GateLink.words(error, terminal)]))
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
