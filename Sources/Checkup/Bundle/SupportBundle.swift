internal import Basics
public import Loop
internal import Secrets
internal import Stack

/// What somebody who helps wants to see of an installation, without a secret in it.
///
/// Of dotenv files only the keys go along, and whether they hold something; everything else goes through the redaction of every
/// secret that the survey met, in all the spellings it knows, and of what has a secret's form.
public struct SupportBundle: Sendable {
    public struct Entry: Sendable, Hashable {
        public let name: String
        public let bytes: [UInt8]
    }

    /// Lines of each container's log.
    private static let logLines = 300
    private static let mostContainers = 50

    public private(set) var entries: [Entry] = []
    private let redaction: Redaction

    /// - Parameters:
    ///   - sheet: The report, as it is written to files.
    ///   - configuration: The bytes of the gate's; nil where there is none.
    ///   - environment: Where the engine is.
    public static func gather(
        _ survey: Survey, _ sheet: ReportSheet, configuration: [UInt8]?, environment: [String: String],
        on loop: EventLoop
    ) async -> SupportBundle {
        var bundle = SupportBundle(redaction: survey.redaction)
        bundle.add("check.json", report: sheet.text(.json))
        bundle.add("check.md", report: sheet.text(.markdown))
        if let configuration { bundle.add("comfygate.yaml", String(decoding: configuration, as: UTF8.self)) }
        let root = survey.root
        let files = await Surveyor.blocking { Self.files(of: root) }
        for (path, text) in files { bundle.add("project/" + path, text) }
        for (name, text) in await logs(of: survey.containers, environment, loop) {
            bundle.add("logs/\(name).txt", text)
        }
        return bundle
    }

    init(redaction: Redaction) { self.redaction = redaction }

    /// Our own reports were redacted piece by piece, and their sentences are no document.
    mutating func add(_ name: String, report: String) { add(name, redacted: redaction(report)) }

    mutating func add(_ name: String, _ document: String) {
        add(name, redacted: redaction.document(Array(document.utf8)))
    }

    private mutating func add(_ name: String, redacted: String) {
        entries.append(Entry(name: redaction(name), bytes: Array(redacted.utf8)))
    }

    // MARK: - Files

    /// Compose files as they are, and of dotenv files their outline.
    private static func files(of root: String) -> [(path: String, text: String)] {
        guard let search = try? TreeSearch(of: root), let tree = try? ProjectTree(root: root) else { return [] }
        var found = search.composeFiles.map { ($0.key, String(decoding: $0.value, as: UTF8.self)) }
        let named = tree.expand("**/.env") + tree.expand("**/*.env") + tree.expand(".secrets/.env*")
        for path in Set(named) {
            if let bytes = tree.bytes(of: path) { found.append((path, outline(bytes))) }
        }
        return found.sorted { $0.0 < $1.0 }
    }

    /// Each key, and whether it holds something. Comments may quote old values, and are left out.
    static func outline(_ bytes: [UInt8]) -> String {
        guard let file = try? DotenvFile(bytes) else { return "(not read: it is too large, or no text)\n" }
        let marks = (file.hasByteOrderMark ? ["byte order mark"] : []) + (bytes.contains(0x0D) ? ["CR"] : [])
        var text = marks.isEmpty ? "" : "# \(marks.joined(separator: ", "))\n"
        for entry in file.entries {
            switch entry.kind {
            case .blank, .comment: continue
            case .invalid: text += "(line \(entry.line): not understood)\n"
            case .bareKey: text += "\(entry.key)\n"
            case .assignment(let style):
                let value = Array(bytes[entry.valueRange])
                let quotes = style == .single ? "'" : style == .double ? "\"" : ""
                let what = value.count <= quotes.utf8.count * 2 ? "" : value.contains(UInt8(ascii: "$")) ? "…$…" : "…"
                text += "\(entry.key)=\(quotes)\(what)\(quotes)\n"
            }
        }
        return text
    }

    // MARK: - Logs

    private static func logs(
        of containers: [ContainerFacts], _ environment: [String: String], _ loop: EventLoop
    ) async -> [(name: String, text: String)] {
        guard let engine = try? await DockerEngine.connect(environment: environment, on: loop) else { return [] }
        return await withTaskGroup(of: (String, String)?.self) { group in
            for container in containers.prefix(mostContainers) {
                guard case .engine(let id) = container.origin else { continue }
                let name = container.name
                group.addTask {
                    guard let bytes = try? await engine.log(of: id, lines: logLines) else { return nil }
                    return (name, String(decoding: bytes, as: UTF8.self))
                }
            }
            var found: [(String, String)] = []
            for await log in group { if let log { found.append(log) } }
            return found.sorted { $0.0 < $1.0 }
        }
    }
}
