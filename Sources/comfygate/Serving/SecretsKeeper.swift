internal import Basics
internal import Loop
internal import Secrets
internal import Telemetry

/// Renews the credentials of a project whose policy says so. Each rotation is a process of its own, so that it takes its
/// time, and its lock, beside the gate.
actor SecretsKeeper {
    private let root: String
    private let writer: LogWriter
    /// This program, and what its process finds in its environment; nil hands this one's on.
    private let program: String
    private let environment: [String: String]?
    /// Tells the gate's audit trail which credential was renewed.
    private let note: @Sendable (String) async -> Void
    private let lane = Lane("secrets", threads: 1, capacity: 8)
    /// The day on which each credential was last spoken of.
    private var told: [String: Int64] = [:]

    init(
        root: String, writer: LogWriter, program: String = "/proc/self/exe", environment: [String: String]? = nil,
        note: @escaping @Sendable (String) async -> Void
    ) {
        (self.root, self.writer, self.program, self.environment) = (root, writer, program, environment)
        self.note = note
    }

    /// Looks every hour until it is cancelled; a credential that is due waits a minute after the start, in case somebody is
    /// still at work.
    func run() async {
        var wait = Duration.seconds(60)
        while true {
            do { try await Task.sleep(for: wait) } catch { return }
            await look(now: .now())
            wait = .seconds(3_600)
        }
    }

    func look(now: Timestamp) async {
        let root = root
        let read = try? await lane.run { () -> Result<CredentialFile, CommandWords> in Self.read(root) }
        switch read {
        case .success(let file)?:
            for credential in file.credentials {
                guard let policy = credential.policy else { continue }
                await follow(policy, credential, now: now)
            }
        case .failure(let words)?: tell("secrets_unreadable", root, now: now, ["reason": .string(words.text)])
        case nil: break
        }
    }

    private struct CommandWords: Error { let text: String }

    private static func read(_ root: String) -> Result<CredentialFile, CommandWords> {
        do {
            let facts = try ProjectTree(root: root).facts(of: CredentialFile.path)
            guard case .bytes(let bytes) = facts.content else {
                return .failure(CommandWords(text: "\(CredentialFile.path) cannot be read"))
            }
            return .success(try CredentialFile(parsing: bytes))
        } catch let error as CredentialFileError {
            return .failure(CommandWords(text: error.phrase.text(in: .english)))
        } catch {
            return .failure(CommandWords(text: "\(error)"))
        }
    }

    private func follow(_ policy: RotationPolicy, _ credential: Credential, now: Timestamp) async {
        switch policy.state(changed: credential.changed, now: now) {
        case .fine: break
        case .announced(let day):
            tell("secret_rotation_near", credential.name, now: now, ["day": .string(String(day.rfc3339.prefix(10)))])
        case .unknownAge:
            tell(
                "secret_age_unknown", credential.name, now: now,
                ["reason": "created_at and rotated_at are missing or no time: rotate it once by hand."])
        case .due: await rotate(credential.name, grace: policy.grace, now: now)
        }
    }

    private func rotate(_ name: String, grace: Duration, now: Timestamp) async {
        // A rotation that failed today is not tried again before tomorrow: containers would restart every hour.
        guard isNew(name, now) else { return }
        let words = [
            "secrets", "rotate", "--root", root, "--credential", name, "--grace", grace.spelled, "--lang", "en",
        ]
        var child = ChildProcess(self.program, words)
        child.environment = environment
        child.timeLimit = 3_600_000
        let program = child
        let result = try? await lane.run { try? program.run() } ?? nil
        let said = String(decoding: (result?.errors ?? []).suffix(2_000), as: UTF8.self)
        let members: JSONObject = ["credential": .string(name), "words": .string(said)]
        if result?.isSuccess == true {
            writer.write(.info, "secret_rotated", members)
            await note(name)
        } else {
            writer.write(.error, "secret_rotation_failed", members)
        }
    }

    private func tell(_ event: String, _ name: String, now: Timestamp, _ members: JSONObject) {
        guard isNew(name, now) else { return }
        var members = members
        members["credential"] = .string(name)
        writer.write(.warning, event, members)
    }

    /// Once a day.
    private func isNew(_ name: String, _ now: Timestamp) -> Bool {
        let day = now.seconds / 86_400
        defer { told[name] = day }
        return told[name] != day
    }
}
