public import Basics

/// Everything one command changes: the source of truth and every location, in one transaction.
public struct SecretsChange: Sendable {
    /// The source of truth as it shall be.
    public let file: CredentialFile
    public let plan: SyncPlan
    /// Files that others can read no longer.
    public let narrowings: [SyncPlan.Narrowing]
    /// Its file gets other bytes, or is made.
    public let writesSource: Bool
    /// For `SecretsProject.run`; empty when all is right already, or when a location refuses.
    public let changes: [FileChange]

    /// - Parameters:
    ///   - file: The source of truth as it shall be.
    ///   - source: What is there now.
    ///   - tokens: New tokens of the gate, which `file` has noted.
    ///   - exposed: Further files with secrets, which others shall not read.
    ///   - key: Seals the source of truth where it is written; nil leaves it open.
    ///   - writesLocations: False changes the source of truth alone.
    /// - Throws: What keeps a token from being sealed or opened by the key.
    public init(
        _ file: CredentialFile, from source: any FactSource, tokens: [SyncPlan.TokenPlace: Secret] = [:],
        exposed: [String] = [], key: SealingKey? = nil, writesLocations: Bool = true
    ) throws(SealError) {
        let plan = writesLocations ? SyncPlan(file, from: source, tokens: tokens) : SyncPlan()
        let facts = source.facts(of: CredentialFile.path)
        let now: [UInt8]? = if case .bytes(let bytes) = facts.content { bytes } else { nil }
        let present = now.flatMap { try? CredentialFile(parsing: $0) }
        var isSame = present == file
        var bytes = file.bytes
        if let key {
            isSame = false
            if let present, present.isClosed { isSame = try present.opened(by: key) == file }
            if !isSame { bytes = try file.sealed(by: key).bytes }
        }
        if isSame { bytes = now ?? [] }
        var changes = plan.changes
        if plan.refusals.isEmpty, !isSame || facts.isExposed {
            changes.insert(
                FileChange(
                    CredentialFile.path, now: now.map { .content($0) } ?? .absent,
                    replacement: .content(bytes), permissions: .narrow),
                at: 0)
        }
        var narrowings = plan.narrowings
        if plan.refusals.isEmpty {
            let known = Set(changes.map(\.path))
            for path in Set(exposed).subtracting(known).sorted() {
                let facts = source.facts(of: path)
                guard facts.isExposed, case .bytes(let bytes) = facts.content else { continue }
                changes.append(
                    FileChange(path, now: .content(bytes), replacement: .content(bytes), permissions: .narrow))
                narrowings.append(SyncPlan.Narrowing(path: path, mode: facts.mode ?? 0))
            }
        }
        self.narrowings = narrowings
        (self.file, self.plan, self.changes) = (file, plan, changes)
        writesSource = plan.refusals.isEmpty && !isSame
    }

    /// What takes it back: what each file held, and who could read it. To be asked for before the change is made.
    public func reversal(from source: any FactSource) -> [FileChange] {
        changes.map { change in
            let facts = source.facts(of: change.path)
            let now: FileChange.Now =
                switch change.replacement {
                case .content(let bytes): .content(bytes)
                case .deletion: .absent
                }
            guard case .bytes(let old) = facts.content else {
                return FileChange(change.path, now: now, replacement: .deletion)
            }
            return FileChange(
                change.path, now: now, replacement: .content(old), mode: UInt32(facts.mode ?? 0o600), permissions: .set,
                inPlace: change.inPlace)
        }
    }

    public var isEmpty: Bool { changes.isEmpty }
}
