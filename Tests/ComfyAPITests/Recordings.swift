import Basics
import ComfyAPI
import Foundation
import Testing

/// What was recorded from real workers, and where the official workflow templates lie when they are at hand.
enum Recordings {
    static let flavours: [ComfyFlavour] = [.classic, .current]

    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: fixtures.appending(path: path)))
    }

    static func json(_ path: String) throws -> JSON { try JSON(parsing: bytes(path), dialect: .python) }

    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixtures.appending(path: folder).path).sorted()
    }

    /// Lines of a `.jsonl` transcript.
    static func transcript(_ path: String) throws -> [JSON] {
        try bytes(path).split(separator: 0x0A).map { try JSON(parsing: Array($0), dialect: .python) }
    }

    static let objectInfo: [ComfyFlavour: ObjectInfo] = Dictionary(
        uniqueKeysWithValues: flavours.map { flavour in
            let info = try? ObjectInfo(parsing: bytes("\(flavour.rawValue)/object_info.json"))
            return (flavour, info ?? ObjectInfo())
        })

    static func info(_ flavour: ComfyFlavour) -> ObjectInfo { objectInfo[flavour] ?? ObjectInfo() }
}

/// Third-party templates are test data that stay outside the repository.
enum Templates {
    static let folder: URL = {
        let shared =
            ProcessInfo.processInfo.environment["COMFYGATE_SHARED"].map { URL(filePath: $0) }
            ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
        return shared.appending(path: "fixtures/comfyui/workflows").standardizedFileURL
    }()

    static let arePresent = FileManager.default.fileExists(atPath: folder.appending(path: "models.json").path)
    static let absence: Comment = "the workflow templates are not beside the repository; set COMFYGATE_SHARED"

    struct Template: Sendable, CustomTestStringConvertible {
        let flavour: ComfyFlavour
        let name: String
        var testDescription: String { "\(flavour.rawValue)/\(name)" }
        func ui() throws -> JSON { try Templates.json("\(flavour.rawValue)/\(name).ui.json") }
        func api() throws -> JSON { try Templates.json("\(flavour.rawValue)/\(name).api.json") }
    }

    static let all: [Template] = Recordings.flavours.flatMap { flavour in
        let path = folder.appending(path: flavour.rawValue).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().compactMap { name in
            name.hasSuffix(".ui.json") ? Template(flavour: flavour, name: String(name.dropLast(8))) : nil
        }
    }

    static func json(_ path: String) throws -> JSON {
        try JSON(parsing: Array(try Data(contentsOf: folder.appending(path: path))), dialect: .python)
    }
}

/// Random documents for property tests; the seed is fixed, so a failure comes back.
struct RandomJSON {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    /// - Parameter words: Names that steer the document into the code under test.
    mutating func value(depth: Int, words: [String]) -> JSON {
        switch next(depth > 0 ? 11 : 7) {
        case 0: return .null
        case 1: return .bool(next(2) == 0)
        case 2: return JSON(next(5) - 1)
        case 3: return JSON(Double(next(1_000)) / 7)
        case 4: return .number(JSONNumber(literal: ["NaN", "-Infinity", "1e400", "99999999999999999999"][next(4)]))
        case 5, 6: return .string(words[next(words.count)])
        case 7, 8: return .array((0..<next(4)).map { _ in value(depth: depth - 1, words: words) })
        default:
            var object = JSONObject()
            for _ in 0..<next(5) { object[words[next(words.count)]] = value(depth: depth - 1, words: words) }
            return .object(object)
        }
    }

    /// The document with one value somewhere replaced, dropped or doubled.
    mutating func mutated(_ json: JSON, words: [String]) -> JSON {
        switch json {
        case .array(var items) where !items.isEmpty && next(8) != 0:
            let index = next(items.count)
            switch next(10) {
            case 0: items.remove(at: index)
            case 1: items.append(items[index])
            default: items[index] = mutated(items[index], words: words)
            }
            return .array(items)
        case .object(var object) where !object.isEmpty && next(8) != 0:
            let key = object.keys[next(object.count)]
            switch next(10) {
            case 0: object[key] = nil
            case 1: object[words[next(words.count)]] = object[key]
            default: object[key] = object[key].map { mutated($0, words: words) }
            }
            return .object(object)
        default: return value(depth: 2, words: words)
        }
    }
}
