internal import Basics

extension ReportSheet {
    /// SARIF 2.1.0: a rule for each check, a result for each fault.
    var sarif: JSON {
        let places = ReportPlaces(survey)
        let rules = report.outcomes.map(\.check)
        let numbers = Dictionary(
            rules.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        // A place may be found wrong in the same way more than once; its numbers may differ from day to day.
        var known: [String: Int] = [:]
        let results = report.faults.map { fault in
            let name = "\(fault.check)\u{0}\(fault.place)"
            known[name, default: 0] += 1
            let mark = Hex.encode(Digest.sha256(Array("\(name)\u{0}\(known[name] ?? 0)".utf8)))
            return result(fault, mark: mark, rule: numbers[fault.check] ?? 0, places)
        }
        let run: JSON = [
            "tool": [
                "driver": [
                    "name": "ComfyGate", "version": .string(version), "semanticVersion": .string(version),
                    "language": .string(language.rawValue), "rules": .array(rules.map(rule)),
                ]
            ],
            "automationDetails": ["id": "comfygate-check/"],
            "language": .string(language.rawValue),
            "invocations": [
                [
                    "executionSuccessful": true, "endTimeUtc": .string(time.rfc3339),
                    "toolExecutionNotifications": .array(
                        report.unseen.map { reason, checks in
                            let words = ReportMessages.unseen(["reason": text(reason)], count: checks)
                            return ["level": "note", "message": ["text": .string(Self.plain(text(words)))]]
                        }),
                ]
            ],
            "results": .array(results),
        ]
        return [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run],
        ]
    }

    private func rule(_ check: Check) -> JSON {
        let title = Self.plain(text(check.title))
        let isOfSecurity = [.secrets, .login, .hardening].contains(check.area)
        var properties: JSONObject = [
            "tags": .array([.string(check.area.rawValue)] + (isOfSecurity ? ["security"] : []))
        ]
        // GitHub sorts alerts by it, and takes only those with the tag for security's.
        if isOfSecurity { properties["security-severity"] = .string(check.severity.points) }
        return [
            "id": .string(check.id), "shortDescription": ["text": .string(title)],
            "fullDescription": ["text": .string(title)],
            "help": ["text": .string(Self.plain(Self.blank(text(check.remedy))))],
            "defaultConfiguration": ["level": .string(check.severity.level)], "properties": .object(properties),
        ]
    }

    private func result(_ fault: Fault, mark: String, rule: Int, _ places: ReportPlaces) -> JSON {
        let words = "\(fault.place): \(text(fault.evidence)) → \(text(fault.remedy))"
        return [
            "ruleId": .string(fault.check), "ruleIndex": .init(rule), "level": .string(fault.severity.level),
            "message": ["text": .string(Self.plain(words))],
            "locations": [location(places.place(of: fault), places)],
            "partialFingerprints": ["comfygate/v1": .string(mark)],
            "properties": [
                "area": .string(fault.area.rawValue), "severity": .string(fault.severity.rawValue),
                "place": .string(fault.place),
            ],
        ]
    }

    /// A file, or what else it is about. GitHub refuses a whole report for one result without a file and a line: what stands
    /// in none is put at the head of the compose file, its name stands beside it.
    private func location(_ place: ReportPlace, _ places: ReportPlaces) -> JSON {
        var line = 1
        var logical: JSON?
        switch place {
        case .file(_, let key, let number):
            line = number ?? 1
            logical = key.map { ["name": .string($0), "kind": "member"] }
        case .container(let name, _): logical = ["name": .string(name), "kind": "container"]
        case .other(let name): logical = ["name": .string(name), "kind": "resource"]
        }
        var members: JSONObject = [
            "physicalLocation": [
                "artifactLocation": [
                    "uri": .string(Self.reference(place.path ?? places.anchor ?? ".")), "uriBaseId": "%SRCROOT%",
                ],
                "region": ["startLine": .init(line)],
            ]
        ]
        if let logical { members["logicalLocations"] = [logical] }
        return .object(members)
    }

    /// A path as a relative reference (RFC 3986, section 4.2): all but letters, digits and `-._~/` is encoded, so that
    /// nothing in it is a scheme, a query or a fragment.
    static func reference(_ path: String) -> String {
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                bytes.append(byte)
            default: bytes += Array("%\(Hex.encode([byte]).uppercased())".utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One line that has neither a link nor a number to fill in. Source: SARIF 2.1.0, sections 3.11.5 and 3.11.6.
    static func plain(_ text: String) -> String {
        var out = ""
        let scalars = Array(MarkupEscape.line(text).unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : " "
            switch (scalar, next) {
            case ("]", "("): out += "\\]"
            case ("{", "0"..."9"): out += "{{"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A text whose arguments are not known: `{port}` is written as a name to fill in, PORT.
    private static func blank(_ text: String) -> String {
        var out = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open] + rest[rest.index(after: open)..<close].uppercased()
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }
}

extension Severity {
    /// SARIF's.
    fileprivate var level: String {
        switch self {
        case .notice: "note"
        case .warning: "warning"
        case .error, .critical: "error"
        }
    }

    /// Of ten, as GitHub has them: from 9 critical, from 7 high, from 4 medium.
    fileprivate var points: String {
        switch self {
        case .notice: "2.0"
        case .warning: "5.0"
        case .error: "7.5"
        case .critical: "9.5"
        }
    }
}
