public import Basics
public import Secrets

/// How bad it is.
public enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
    /// Worth knowing.
    case notice
    /// Will hurt one day.
    case warning
    /// Something does not work, or not as it is meant.
    case error
    /// Somebody else can get in, or work is being lost.
    case critical

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// What a check is about; a report has a line for each.
public enum Area: String, Sendable, Hashable, CaseIterable {
    case files, secrets, login, workers, gpu, memory, disk, models, containers, hardening
}

/// One verifiable statement about an installation, with what helps when it does not hold.
public struct Check: Sendable {
    /// What must have been seen for the check to say anything.
    public enum Need: Sendable, Hashable {
        case files
        /// Containers of an engine; those of compose files do not do.
        case engine
        case cards
        /// At least one container, or one worker: where there is none, nothing can be wrong with it.
        case containers
        case workers
        /// At least one worker that answered as a ComfyUI does, or wanted a login.
        case answers
        /// At least one worker that told its version.
        case versions
        /// At least one worker that listed its models.
        case lists
        /// At least one ComfyUI whose command is known.
        case commands
        /// Git's list of the folder's files.
        case git
        /// At least one container whose user is known.
        case users
        /// A model to be loaded, or a container that asks for a card.
        case appetite
        /// At least one file of weights.
        case models
        /// At least one address whose way was followed.
        case ways
        /// At least one certificate, in a file or on a way.
        case certificates
        /// A gate's configuration.
        case gate
    }

    /// Stable: `port.public`; lower-case words, the first one what it is about.
    public let id: String
    public let area: Area
    public let severity: Severity
    /// What is true when it holds.
    public let title: Message
    /// What was seen when it does not.
    public let evidence: Message
    /// What helps.
    public let remedy: Message
    public let needs: [Need]
    let find: @Sendable (Survey) -> [Trace]

    init(
        _ id: String, _ area: Area, _ severity: Severity, _ title: Message, evidence: Message, remedy: Message,
        needs: [Need] = [], find: @escaping @Sendable (Survey) -> [Trace]
    ) {
        (self.id, self.area, self.severity, self.title) = (id, area, severity, title)
        (self.evidence, self.remedy, self.needs, self.find) = (evidence, remedy, needs, find)
    }

    /// Where a check does not hold, and what its texts are filled with.
    struct Trace: Sendable {
        let place: String
        var arguments: [String: String] = [:]
        /// In place of the check's texts, where another part of the program has better ones.
        var evidence: Phrase?
        var remedy: Phrase?
        var fix: Fix?

        init(
            _ place: String, _ arguments: [String: String] = [:], evidence: Phrase? = nil, remedy: Phrase? = nil,
            fix: Fix? = nil
        ) {
            (self.place, self.arguments, self.evidence, self.remedy) = (place, arguments, evidence, remedy)
            self.fix = fix
        }
    }
}

/// One thing that is wrong.
public struct Fault: Sendable, Hashable {
    public let check: String
    public let area: Area
    public let severity: Severity
    /// A container, a file with a line, an address.
    public let place: String
    public let evidence: Phrase
    public let remedy: Phrase
    /// What `--fix` would do; nil where only a person can tell.
    public var fix: Fix?

    /// What makes a fault the same one at another time: its evidence may count upwards.
    public struct Name: Sendable, Hashable {
        public let check: String
        public let place: String
    }

    public var name: Name { Name(check: check, place: place) }
}

/// What one check came to.
public struct Outcome: Sendable {
    public enum State: Sendable {
        case holds
        case faulty([Fault])
        /// There is nothing that it is about.
        case nothing
        /// What it needs could not be seen.
        case unseen(Phrase)
    }
    public let check: Check
    public let state: State
}

extension Check {
    /// Judges what was seen.
    ///
    /// - Parameter redaction: Takes known secrets out of what commands, logs and names of the installation say.
    public func judge(_ survey: Survey, _ redaction: Redaction) -> Outcome {
        for need in needs {
            if let reason = survey.missing(need) { return Outcome(check: self, state: .unseen(reason)) }
        }
        guard !needs.contains(where: survey.hasNothing(of:)) else { return Outcome(check: self, state: .nothing) }
        // One service in two compose files is one fault.
        var told: Set<Fault> = []
        let faults = find(survey).map { trace in
            Fault(
                check: id, area: area, severity: severity, place: redaction(trace.place),
                evidence: redaction(trace.evidence ?? Phrase(evidence, trace.arguments)),
                remedy: redaction(
                    trace.remedy
                        ?? Phrase(remedy, trace.arguments.merging(["root": survey.rootOption]) { own, _ in own })),
                fix: trace.fix)
        }.filter { told.insert($0).inserted }
        return Outcome(check: self, state: faults.isEmpty ? .holds : .faulty(faults))
    }

    var messages: [Message] { [title, evidence, remedy] }

    /// The first word of the id: what it is about.
    public var family: String { String(id.prefix { $0 != "." }) }
}
