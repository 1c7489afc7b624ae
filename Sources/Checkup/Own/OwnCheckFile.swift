public import Basics
internal import Wire
public import YAML

/// A file of own checks, and what is wrong with it.
public struct OwnCheckError: Error, Sendable, Hashable {
    public let position: TextPosition
    public let phrase: Phrase
}

/// Reads own checks.
///
/// ```yaml
/// checks:
///   - {id: notebooks, title: Every notebook opens, notebook: notebooks/*.ipynb}
///   - {id: hugging-face, env: {file: .env, key: HF_TOKEN}, severity: warning, remedy: Ask Anna for a token.}
/// ```
public enum OwnCheckFile {
    private static let tests = ["file", "json", "notebook", "env", "http", "command", "container", "port"]
    private static let others = ["id", "title", "severity", "area", "remedy", "time_limit"]
    /// Milliseconds.
    private static let usualTime: UInt64 = 10_000

    public static func parse(_ bytes: [UInt8]) throws(OwnCheckError) -> [OwnCheck] {
        let document: YAMLNode?
        do throws(YAMLError) {
            document = try YAMLReader.plain.read(bytes)
        } catch {
            throw OwnCheckError(position: error.position, phrase: error.phrase)
        }
        let start = TextPosition(line: 1, column: 1)
        guard let document, let list = document["checks"], case .sequence(let nodes) = list.content else {
            throw OwnCheckError(position: document?.position ?? start, phrase: OwnMessages.noChecks())
        }
        if let other = document.entries.first(where: { $0.key != "checks" }) { throw unknown(other) }
        var checks: [OwnCheck] = []
        for node in nodes {
            let check = try read(node)
            guard !checks.contains(where: { $0.id == check.id }) else {
                throw OwnCheckError(position: node.position, phrase: OwnMessages.twice(["id": check.id]))
            }
            checks.append(check)
        }
        return checks
    }

    private static func unknown(_ entry: YAMLNode.Entry) -> OwnCheckError {
        OwnCheckError(position: entry.position, phrase: OwnMessages.unknownKey(["key": entry.key]))
    }

    private static func read(_ node: YAMLNode) throws(OwnCheckError) -> OwnCheck {
        if let other = node.entries.first(where: { !(tests + others).contains($0.key) }) { throw unknown(other) }
        let named = node.entries.filter { tests.contains($0.key) }
        guard let entry = named.first, named.count == 1 else {
            throw OwnCheckError(
                position: node.position, phrase: OwnMessages.oneTest(["keys": tests.joined(separator: ", ")]))
        }
        let fields = Fields(node)
        let id = try fields.text("id")
        guard
            id.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F })
        else {
            throw fields.bad("id", id, "a-z, 0-9, -, _")
        }
        let severity = try fields.choice("severity", Severity.allCases.map(\.rawValue)).flatMap {
            Severity(rawValue: $0)
        }
        let area = try fields.choice("area", Area.allCases.map(\.rawValue)).flatMap { Area(rawValue: $0) }
        var time = usualTime
        if let text = node["time_limit"]?.text {
            guard let duration = Duration(parsing: text) else {
                throw fields.bad("time_limit", text, "500ms, 30s, 2m")
            }
            time = UInt64(max(1, duration / .milliseconds(1)))
        }
        return OwnCheck(
            id: "own." + id, title: node["title"]?.text ?? id, severity: severity ?? .error,
            area: area ?? usualArea(entry.key), remedy: node["remedy"]?.text ?? "",
            test: try test(entry), timeLimit: time)
    }

    private static func usualArea(_ test: String) -> Area {
        switch test {
        case "http", "port": .workers
        case "container": .containers
        default: .files
        }
    }

    private static func test(_ entry: YAMLNode.Entry) throws(OwnCheckError) -> OwnCheck.Test {
        let value = entry.value
        let fields = Fields(value)
        switch entry.key {
        case "file":
            if let pattern = value.text { return .files(try inside(pattern, entry), least: 1, most: nil) }
            try fields.allow(["path", "least", "most"])
            return .files(
                try inside(try fields.text("path"), entry), least: try fields.number("least") ?? 1,
                most: try fields.number("most"))
        case "json": return .json(try inside(try text(entry), entry))
        case "notebook": return .notebook(try inside(try text(entry), entry))
        case "env":
            try fields.allow(["file", "key"])
            return .variable(file: try inside(try fields.text("file"), entry), key: try fields.text("key"))
        case "http":
            if value.text == nil { try fields.allow(["url", "status", "contains"]) }
            let text = if let text = value.text { text } else { try fields.text("url") }
            guard let url = HTTPURL(text), url.authority != nil else {
                throw fields.bad("url", text, "http://127.0.0.1:8188")
            }
            return .answer(url, status: try fields.number("status") ?? 200, contains: value["contains"]?.text)
        case "command":
            if value.entries.isEmpty { return .command(try words(value, entry), exit: 0) }
            try fields.allow(["run", "exit"])
            guard let run = value["run"] else { throw fields.missing("run") }
            return .command(try words(run, entry), exit: Int32(truncatingIfNeeded: try fields.number("exit") ?? 0))
        case "container": return .container(try text(entry))
        default:
            let text = try text(entry)
            guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
                throw fields.bad(entry.key, text, "127.0.0.1:8188")
            }
            let host = text[..<colon].drop { $0 == "[" }
            return .port(host: host.isEmpty ? "127.0.0.1" : String(host.prefix { $0 != "]" }), port: port)
        }
    }

    private static func text(_ entry: YAMLNode.Entry) throws(OwnCheckError) -> String {
        guard let text = entry.value.text else {
            throw OwnCheckError(position: entry.position, phrase: OwnMessages.missingKey(["key": entry.key]))
        }
        return text
    }

    /// A path below the project's folder.
    private static func inside(_ path: String, _ entry: YAMLNode.Entry) throws(OwnCheckError) -> String {
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw OwnCheckError(position: entry.value.position, phrase: OwnMessages.outside(["path": path]))
        }
        return path
    }

    private static func words(_ node: YAMLNode, _ entry: YAMLNode.Entry) throws(OwnCheckError) -> [String] {
        if let line = node.text, line.contains(" ") {
            throw OwnCheckError(position: node.position, phrase: OwnMessages.noLine(["line": line]))
        }
        let words = node.text.map { [$0] } ?? node.elements.compactMap(\.text)
        guard !words.isEmpty else {
            throw OwnCheckError(position: entry.position, phrase: OwnMessages.missingKey(["key": entry.key]))
        }
        return words
    }

    /// The members of one mapping.
    private struct Fields {
        let node: YAMLNode
        init(_ node: YAMLNode) { self.node = node }

        func allow(_ keys: [String]) throws(OwnCheckError) {
            if let other = node.entries.first(where: { !keys.contains($0.key) }) { throw OwnCheckFile.unknown(other) }
        }

        func text(_ key: String) throws(OwnCheckError) -> String {
            guard let text = node[key]?.text, !text.isEmpty else { throw missing(key) }
            return text
        }

        func number(_ key: String) throws(OwnCheckError) -> Int? {
            guard let text = node[key]?.text else { return nil }
            guard let number = Int(text), number >= 0 else { throw bad(key, text, "0, 1, 2 …") }
            return number
        }

        func choice(_ key: String, _ words: [String]) throws(OwnCheckError) -> String? {
            guard let text = node[key]?.text else { return nil }
            guard words.contains(text) else { throw bad(key, text, words.joined(separator: ", ")) }
            return text
        }

        func missing(_ key: String) -> OwnCheckError {
            OwnCheckError(position: node.position, phrase: OwnMessages.missingKey(["key": key]))
        }

        func bad(_ key: String, _ value: String, _ wanted: String) -> OwnCheckError {
            OwnCheckError(
                position: node[key]?.position ?? node.position,
                phrase: OwnMessages.badValue(["key": key, "value": value, "wanted": wanted]))
        }
    }
}
