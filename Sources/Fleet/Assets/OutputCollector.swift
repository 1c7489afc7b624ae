public import Basics
public import ComfyAPI
public import Store

/// A file a worker reported, and what its owner would call it.
public struct CollectedFile: Sendable, Hashable {
    /// As the worker wrote it: what `/view` is asked for.
    public let file: OutputFile
    /// `NewOutput.source`: type, subfolder and name, the same however often the file is named.
    public let source: String
    /// Without the attempt's own folder; for an input, the place on the worker.
    public let wanted: FilePlace
}

/// A file a worker reported that is not taken.
public struct RefusedFile: Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable {
        /// Neither `input` nor `output` nor `temp`.
        case type
        case name
        case subfolder
        /// It lies in the folder of another attempt, and may be another account's.
        case foreign
        /// There are more files than a job may have.
        case tooMany
    }

    public let file: OutputFile
    public let reason: Reason
}

/// The files of a history entry's `outputs`, sorted by what is to be done with them; each file once.
public struct OutputCollection: Sendable, Hashable {
    /// To be fetched, in the order of the outputs.
    public var files: [CollectedFile] = []
    /// Of type `input`: the account has them already, they are only to be named.
    public var inputs: [CollectedFile] = []
    /// The first `OutputCollector.maximumRefused` of those that are not taken.
    public var refused: [RefusedFile] = []
    /// All that are not taken.
    public var refusedCount = 0
}

/// What a worker's report says about files; the worker is not believed.
public enum OutputCollector {
    /// Files of a job: outputs and inputs.
    public static let maximumFiles = 10_000
    public static let maximumRefused = 100

    /// - Parameters:
    ///   - outputs: The member `outputs` of a history entry: node to what it reported.
    ///   - token: The folder of the attempt on the worker, 32 hexadecimal digits.
    ///   - limit: Files that are taken; the rest is refused.
    public static func collect(
        _ outputs: JSONObject, token: String, limit: Int = OutputCollector.maximumFiles
    ) -> OutputCollection {
        var out = OutputCollection()
        var seen: Set<String> = []
        for (node, output) in outputs.members {
            let listed = OutputFile.list(node: node, output)
            // The list stops at its own limit without a word.
            if listed.count >= OutputFile.maximumPerNode { out.refusedCount += count(output) - listed.count }
            for file in listed {
                let place = place(file.type, file.subfolder, file.filename, token: token)
                let reason: RefusedFile.Reason
                switch place {
                case .success(let wanted):
                    let source = source(file.type, file.subfolder, file.filename)
                    guard !seen.contains(source) else { continue }
                    if seen.count < limit {
                        seen.insert(source)
                        let found = CollectedFile(file: file, source: source, wanted: wanted)
                        if wanted.type == .input { out.inputs.append(found) } else { out.files.append(found) }
                        continue
                    }
                    reason = .tooMany
                case .failure(let refusal): reason = refusal.reason
                }
                if out.refused.count < maximumRefused { out.refused.append(RefusedFile(file: file, reason: reason)) }
                out.refusedCount += 1
            }
        }
        return out
    }

    /// The files in what one node reported, however many.
    private static func count(_ output: JSON) -> Int {
        (output.object?.members ?? []).reduce(0) { sum, member in
            sum + (member.value.array ?? [member.value]).count { $0["filename"]?.string != nil }
        }
    }

    /// The key of a file on a worker.
    ///
    /// - Parameter subfolder: With or without slashes at its end.
    static func source(_ type: String, _ subfolder: String, _ name: String) -> String {
        "\(type)/\(folder(subfolder))/\(name)"
    }

    struct Refusal: Error { let reason: RefusedFile.Reason }

    /// Where the owner would find it, had it been made for them alone.
    static func place(
        _ type: String, _ subfolder: String, _ name: String, token: String
    ) -> Result<FilePlace, Refusal> {
        guard let type = FolderType(rawValue: type) else { return .failure(Refusal(reason: .type)) }
        guard FileNameRules.isName(name), FileNameRules.isViewable(name) else {
            return .failure(Refusal(reason: .name))
        }
        let own = own(folder(subfolder), token: token)
        guard FileNameRules.isSubfolder(own) else { return .failure(Refusal(reason: .subfolder)) }
        guard !isForeign(own) else { return .failure(Refusal(reason: .foreign)) }
        return .success(FilePlace(type, own, named(name, token: token)))
    }

    /// A name without the token: some nodes make `TOKEN_a_00001_.png` of the prefix `TOKEN/a`.
    private static func named(_ name: String, token: String) -> String {
        let bytes = Array(name.utf8)
        guard bytes.starts(with: token.utf8), bytes.count > token.utf8.count,
            [UInt8(ascii: "_"), UInt8(ascii: "-")].contains(bytes[token.utf8.count])
        else { return name }
        let rest = String(decoding: bytes.dropFirst(token.utf8.count + 1), as: UTF8.self)
        return FileNameRules.isName(rest) ? rest : name
    }

    /// Whether a subfolder lies in the folder of an attempt, whosever.
    static func isForeign(_ subfolder: String) -> Bool {
        let first = subfolder.utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
        return first.count == 32 && first.allSatisfy { Hex.value(of: $0) != nil && !(0x41...0x46).contains($0) }
    }

    /// A subfolder without slashes at its end.
    private static func folder(_ subfolder: String) -> String {
        let bytes = subfolder.utf8
        guard bytes.last == UInt8(ascii: "/"), bytes.count > 1 else { return subfolder }
        let kept = bytes.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
        // Nothing but slashes is the root of the disk, not of the folder.
        return kept.isEmpty ? "/" : String(decoding: Array(kept), as: UTF8.self)
    }

    /// A subfolder without the attempt's own folder at its beginning. A worker on Windows separates by `\`.
    static func own(_ subfolder: String, token: String) -> String {
        let bytes = Array(subfolder.utf8)
        guard bytes.starts(with: token.utf8) else { return subfolder }
        let rest = bytes.dropFirst(token.utf8.count)
        switch rest.first {
        case nil: return ""
        case UInt8(ascii: "/"): return String(decoding: rest.dropFirst(), as: UTF8.self)
        case UInt8(ascii: "\\"):
            let slashes = rest.dropFirst().map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
            return String(decoding: slashes, as: UTF8.self)
        default: return subfolder
        }
    }
}
