public import Basics

extension CheckReport {
    /// A check with all the places where it does not hold: what is the same of them is said once.
    public struct Group: Sendable {
        public let check: Check
        /// By place; never empty.
        public let faults: [Fault]

        /// What was seen; nil where the places differ.
        public func evidence(in language: Language) -> String? { same { $0.evidence.text(in: language) } }
        /// What helps; nil where the places differ.
        public func remedy(in language: Language) -> String? { same { $0.remedy.text(in: language) } }

        /// Places of which the same is said, beside what is the same of all.
        struct Part: Sendable, Hashable {
            var places: [String]
            let evidence: String?
            let remedy: String?
        }

        /// In the order of their first places.
        func parts(in language: Language) -> [Part] {
            let isSameEvidence = evidence(in: language) != nil
            let isSameRemedy = remedy(in: language) != nil
            var parts: [Part] = []
            for fault in faults {
                let part = Part(
                    places: [fault.place], evidence: isSameEvidence ? nil : fault.evidence.text(in: language),
                    remedy: isSameRemedy ? nil : fault.remedy.text(in: language))
                if let index = parts.firstIndex(where: { $0.evidence == part.evidence && $0.remedy == part.remedy }) {
                    parts[index].places += part.places
                } else {
                    parts.append(part)
                }
            }
            return parts
        }

        private func same(_ text: (Fault) -> String) -> String? {
            let texts = Set(faults.map(text))
            return texts.count == 1 ? texts.first : nil
        }
    }

    /// The worst first, then by check.
    public var groups: [Group] {
        outcomes.compactMap { outcome in
            guard case .faulty(let faults) = outcome.state else { return nil }
            return Group(check: outcome.check, faults: faults.sorted { $0.place < $1.place })
        }.sorted { ($1.check.severity, $0.check.id) < ($0.check.severity, $1.check.id) }
    }
}

/// A piece of a sentence; what stands between two backticks is code.
struct WordPiece: Sendable, Hashable {
    let text: String
    let isCode: Bool

    /// All of a text. Where the backticks are not in pairs, or have nothing between them, they are letters like others.
    static func pieces(of text: String) -> [WordPiece] {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        let codes = parts.enumerated().filter { $0.offset % 2 == 1 }
        guard parts.count % 2 == 1, codes.allSatisfy({ $0.element.contains { $0 != " " } }) else {
            return [WordPiece(text: text, isCode: false)]
        }
        return parts.enumerated().filter { !$0.element.isEmpty }.map { index, part in
            WordPiece(text: String(part), isCode: index % 2 == 1)
        }
    }
}
