internal import Basics

/// Looks at one dotenv file; reads nothing itself and changes nothing.
public struct EnvCheck: Sendable {
    /// In the order of the lines; what belongs to no line comes first.
    public let findings: [EnvFinding]

    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// - Parameter facts: Mode and Git's knowledge of the file that `file` was read from.
    public init(
        _ file: DotenvFile, facts: FileFacts, truth: EnvTruth = EnvTruth(), schema: EnvSchema = EnvSchema()
    ) {
        var inspection = EnvInspection(file, schema, truth)
        inspection.inspect(facts)
        findings = inspection.findings.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
        }.map(\.element)
    }
}

private struct EnvInspection {
    private let file: DotenvFile
    private let reading: EnvReading
    private let schema: EnvSchema
    private let truth: EnvTruth
    private let shown: EnvShown
    private(set) var findings: [EnvFinding] = []

    init(_ file: DotenvFile, _ schema: EnvSchema, _ truth: EnvTruth) {
        (self.file, self.schema, self.truth) = (file, schema, truth)
        reading = EnvReading(file.bytes)
        shown = EnvShown(schema, truth, [reading])
    }

    mutating func inspect(_ facts: FileFacts) {
        for credential in truth.unsound {
            findings.append(EnvFinding(.sourceUnsound, .warning, EnvMessages.sourceUnsound(["name": credential])))
        }
        exposure(facts)
        if file.bytes.contains(0) || String(validating: file.bytes, as: UTF8.self) == nil {
            findings.append(EnvFinding(.notText, .error, EnvMessages.notText()))
        } else {
            lines()
        }
        for key in schema.required where file.entries(of: key.name).allSatisfy({ !$0.isAssignment }) {
            missing(key)
        }
        for key in file.keys { inspect(key) }
    }

    private mutating func add(
        _ code: EnvFinding.Code, _ severity: EnvFinding.Severity, _ key: String, _ line: Int?, _ phrase: Phrase
    ) {
        findings.append(EnvFinding(code, severity, line: line, key: shown.name(key), phrase))
    }

    // MARK: - The file

    private mutating func exposure(_ facts: FileFacts) {
        let holdsSecrets = reading.assignments.contains { assignment in
            schema.guards(assignment.key) && !assignment.value.isEmpty
                && schema.verdict(on: assignment.value, of: assignment.key) != .placeholder
        }
        guard holdsSecrets else { return }
        for state in Audit.exposure(facts) {
            let phrase = Phrase("env.exposure") { language in
                let reason = state.reason(in: language).map { ": " + $0 } ?? ""
                return state.label.text(in: language) + reason
            }
            findings.append(EnvFinding(state == .tracked ? .tracked : .exposed, .error, phrase))
        }
    }

    /// Lines that no program reads. Keys that stand more than once are told with their values.
    private mutating func lines() {
        for problem in file.problems {
            switch problem.kind {
            case .duplicateKey: continue
            case .invalid(let obstacle):
                let phrase = Phrase("env.line") { language in
                    EnvMessages.refused(["obstacle": obstacle.phrase.text(in: language)]).text(in: language)
                }
                findings.append(EnvFinding(.invalidLine, .error, line: problem.line, phrase))
            case .bareKeyAtEnd:
                findings.append(EnvFinding(.invalidLine, .warning, line: problem.line, EnvMessages.bareAtEnd()))
            case .loneCarriageReturn:
                findings.append(EnvFinding(.invalidLine, .warning, line: problem.line, EnvMessages.loneReturn()))
            }
        }
    }

    // MARK: - Keys

    private mutating func missing(_ key: EnvSchema.Key) {
        if let bare = file.entries(of: key.name).last {
            return add(.missing, .warning, key.name, bare.line, EnvMessages.fromEnvironment())
        }
        let alias = key.aliases.first { file.keys.contains($0) }
        let phrase = alias.map { EnvMessages.missingBut(["alias": $0]) } ?? EnvMessages.missing()
        add(.missing, .error, key.name, nil, phrase)
    }

    private mutating func inspect(_ key: String) {
        let entries = file.entries(of: key).filter(\.isAssignment)
        let assignments = reading.assignments(of: key)
        guard let last = assignments.last, let line = entries.last?.line else { return }
        repeated(key, entries, assignments)
        let verdict = schema.verdict(on: last.value, of: key, isTemplate: last.isTemplate)
        judge(key, line, verdict)
        if let meant = truth[key], !constantTimeEqual(Array(meant.reveal().utf8), last.value) {
            // What is no value at all needs no second word.
            if verdict == .sound { add(.different, .error, key, line, EnvMessages.different()) }
        }
        readers(key, line, last, verdict)
        nearMiss(key, line)
    }

    private mutating func repeated(_ key: String, _ entries: [DotenvEntry], _ assignments: [EnvReading.Assignment]) {
        guard entries.count > 1 else { return }
        let lines = entries.map { "\($0.line)" }.joined(separator: ", ")
        let isOne = Set(assignments.map(\.value)).count == 1
        let message = isOne ? EnvMessages.repeatedEqual : EnvMessages.repeated
        add(.repeated, isOne ? .warning : .error, key, entries.last?.line, message(["lines": lines]))
    }

    private mutating func judge(_ key: String, _ line: Int, _ verdict: EnvVerdict) {
        guard let phrase = verdict.phrase else { return }
        let isKnown = schema[key] != nil
        switch verdict {
        case .sound: break
        case .empty: add(.empty, isKnown ? .error : .warning, key, line, phrase)
        case .placeholder: add(.placeholder, isKnown ? .error : .warning, key, line, phrase)
        case .noHash, .hashForRaw: add(.malformed, .error, key, line, phrase)
        case .wrongForm, .notOneOf: add(.wrongForm, .error, key, line, phrase)
        }
    }

    private mutating func readers(
        _ key: String, _ line: Int, _ assignment: EnvReading.Assignment, _ verdict: EnvVerdict
    ) {
        // A broken value is the first thing to mend; a template is meant to be expanded.
        guard verdict == .sound, !assignment.isTemplate || schema[key]?.isSecret == true else { return }
        let (own, ofFile) = Audit.objections(to: DotenvValue(assignment.value), of: key, in: file)
        if !own.isEmpty {
            let phrase = Phrase("env.misread") { language in
                let words = own.map { objection in
                    objection.text(in: language) + " (" + objection.reader.consumers.text(in: language) + ")"
                }
                return words.joined(separator: "; ") + ". " + EnvMessages.quoteIt.text(in: language)
            }
            add(.misread, schema.guards(key) ? .error : .warning, key, line, phrase)
        }
        if let hidden = ofFile.first(where: { $0.reason == .hiddenByMark }) {
            let phrase = Phrase("env.hidden") { hidden.text(in: $0) + " " + EnvMessages.dropMark.text(in: $0) }
            add(.hiddenByMark, .warning, key, line, phrase)
        }
        if let shell = ofFile.first(where: { $0.reader == .posixShell }),
            !findings.contains(where: { $0.code == .notForShells })
        {
            let phrase = Phrase("env.shells") { language in
                EnvMessages.notForShells(["reason": shell.text(in: language)]).text(in: language)
            }
            findings.append(EnvFinding(.notForShells, .note, phrase))
        }
    }

    /// Only where the key that was meant is not there itself.
    private mutating func nearMiss(_ key: String, _ line: Int) {
        guard schema[key] == nil else { return }
        let wanted = schema.required.filter { wanted in file.entries(of: wanted.name).isEmpty }
        guard let meant = closest(to: key, among: wanted.map(\.name)) else { return }
        add(.nearMiss, .warning, key, line, EnvMessages.nearMiss(["name": meant]))
    }
}
