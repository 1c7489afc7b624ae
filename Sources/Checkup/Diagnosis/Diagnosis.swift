public import Basics

/// A place on a request's way, from the asking program to the worker.
public enum Hop: String, Sendable, Hashable, CaseIterable {
    case request, name, port, tls, proxy, gate, login, worker, clock
}

/// Why a request does not get through.
public struct Cause: Sendable, Hashable {
    /// Stable: `login.hash_eaten`.
    public let id: String
    public let hop: Hop
    public let place: String
    public let evidence: Phrase
    public let remedy: Phrase
}

/// The broken links of one request's way, the nearest first: what is behind it may only be its consequence.
public struct Diagnosis: Sendable {
    /// What is fine, in the order of the way.
    public let passed: [Hop]
    public let causes: [Cause]

    /// The first broken link.
    public var first: Cause? { causes.first }

    public init(_ journey: Journey) {
        var passed: [Hop] = []
        var causes: [Cause] = []
        // Each hop is judged only while the ones before it are whole; what files say of credentials is seen without asking, and is
        // told as the next thing.
        for rule in JourneyRules.way where rule.hop != .request || journey.request != nil {
            let found = rule.judge(journey)
            if let found {
                causes.append(found)
                if rule.stops { break }
            } else if !passed.contains(rule.hop) {
                passed.append(rule.hop)
            }
        }
        if let first = causes.first {
            for found in JourneyRules.besides(journey) where found.id != first.id && !causes.contains(found) {
                causes.append(found)
            }
        }
        // Logs and files may quote a secret.
        let redaction = journey.survey.redaction
        causes = causes.map { cause in
            Cause(
                id: cause.id, hop: cause.hop, place: redaction(cause.place), evidence: redaction(cause.evidence),
                remedy: redaction(cause.remedy))
        }
        self.passed = passed.filter { hop in !causes.contains { $0.hop == hop } && journey.meets(hop) }
        self.causes = causes
    }
}
