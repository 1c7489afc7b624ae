import Basics
import ComfyAPI
import Foundation
import Store
import Testing

@testable import Fleet

/// What real servers were heard to say, told again by the gate.
struct TranscriptReplayTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "ComfyAPITests/Fixtures")

    /// A message of a recording, to the client `socket`.
    fileprivate enum Message: Equatable {
        case text(JSON)
        case binary([UInt8])
    }

    private struct Recording {
        var heard: [String: [Message]] = [:]

        init(_ path: String) throws {
            let bytes = Array(try Data(contentsOf: TranscriptReplayTests.fixtures.appending(path: path)))
            for line in bytes.split(separator: 0x0A) {
                let entry = try JSON(parsing: Array(line), dialect: .python)
                guard let socket = entry["ws"]?.string, entry["dir"] == "in" else { continue }
                if let json = entry["json"] {
                    heard[socket, default: []].append(.text(json))
                } else if let text = entry["base64"]?.string, let data = Data(base64Encoded: text) {
                    heard[socket, default: []].append(.binary(Array(data)))
                }
            }
        }

        /// The prompts whose beginning this client heard.
        func prompts(of socket: String) -> [String] {
            (heard[socket] ?? []).compactMap { message in
                guard case .text(let json) = message, json["type"] == "execution_start" else { return nil }
                return json["data"]?["prompt_id"]?.string
            }
        }

        /// What a client heard of one prompt, from its beginning to its end; counts of jobs and handshakes left out.
        func told(_ socket: String, of prompt: String) -> [Message] {
            var isOn = false
            var out: [Message] = []
            for message in heard[socket] ?? [] {
                switch message {
                case .binary: if isOn { out.append(message) }
                case .text(let json):
                    guard json["data"]?["prompt_id"]?.string == prompt else { continue }
                    isOn = true
                    out.append(message)
                    if json["type"] == "executing", json["data"]?["node"]?.isNull == true { isOn = false }
                }
            }
            return out
        }
    }

    /// The worker's side of a recording: the same words about this attempt, its files in the attempt's folder.
    private struct Attempt {
        let id = UUID(random: [UInt8](repeating: 7, count: 16))
        let names: AttemptNames
        var places: [String: FilePlace] = [:]

        init() { names = AttemptNames(id) }

        mutating func says(_ message: Message, about prompt: String) throws -> Message {
            switch message {
            case .binary(let bytes):
                guard case .previewWithMetadata(var metadata, let image)? = BinaryFrame(bytes) else { return message }
                metadata["prompt_id"] = .string(names.id)
                return .binary(BinaryFrame.previewWithMetadata(metadata, image: image).encoded())
            case .text(let json):
                let text = String(decoding: json.encoded(), as: UTF8.self).replacing(prompt, with: names.id)
                guard case .executed(var executed)? = WorkerEvent(frame: Array(text.utf8)) else {
                    return .text(try JSON(parsing: Array(text.utf8), dialect: .python))
                }
                executed.output = moved(executed.output)
                return .text(try JSON(parsing: WorkerEvent.executed(executed).encoded()))
            }
        }

        private mutating func moved(_ output: JSON) -> JSON {
            switch output {
            case .array(let items):
                var out: [JSON] = []
                for item in items { out.append(moved(item)) }
                return .array(out)
            case .object(var object):
                guard let name = object["filename"]?.string, let type = object["type"]?.string.flatMap(FolderType.init),
                    let subfolder = object["subfolder"]?.string
                else {
                    for member in object.members { object[member.key] = moved(member.value) }
                    return .object(object)
                }
                let there =
                    type == .output ? (subfolder.isEmpty ? names.token : names.token + "/" + subfolder) : subfolder
                places[OutputCollector.source(type.rawValue, there, name)] = FilePlace(type, subfolder, name)
                object["subfolder"] = .string(there)
                return .object(object)
            default: return output
            }
        }
    }

    private static let recordings = ComfyFlavour.allCases.flatMap { flavour in
        [
            "success", "cached", "execution_error", "feature_flags_and_text", "ksampler_interrupted_mid_sampling",
            "ksampler_preview_type1", "ksampler_preview_type4", "queue_interrupt",
        ].map { "\(flavour.rawValue)/ws/\($0).jsonl" }
    }

    private func narrator(_ attempt: Attempt, _ prompt: String) -> JobNarrator {
        let map = NameMap(attempt: attempt.names, publicID: prompt)
        return JobNarrator(attempt: attempt.id, nodes: Set((1...20).map { "\($0)" })) { map.map($0) }
    }

    @Test("A job's owner hears what a ComfyUI of their own would say, message by message", arguments: recordings)
    func tellsTheOwner(path: String) throws {
        let recording = try Recording(path)
        var jobs = 0
        for (socket, messages) in recording.heard {
            for prompt in recording.prompts(of: socket) {
                jobs += 1
                var attempt = Attempt()
                var narrator = narrator(attempt, prompt)
                var told: [Message] = []
                var last: WorkerEvent?
                for message in messages {
                    let step: JobNarrator.Step
                    switch try attempt.says(message, about: prompt) {
                    case .text(let json):
                        step = narrator.take(text: json.encoded())
                        if case .ended(isSettled: false) = step, case .text(let recorded) = message {
                            last = WorkerEvent(frame: recorded.encoded())
                        }
                    case .binary(let bytes): step = narrator.take(binary: bytes)
                    }
                    switch step {
                    case .deliver(.text(let bytes)): told.append(.text(try JSON(parsing: bytes)))
                    case .deliver(.binary(let bytes)): told.append(.binary(bytes))
                    case .deliver(.preview(let full, let plain)), .deliver(.picture(let full, let plain)):
                        // As this client was recorded: with or without metadata.
                        let isPlain =
                            if case .binary(let bytes) = message { BinaryFrame(bytes)?.promptID == nil } else { true }
                        told.append(.binary(isPlain ? plain : full))
                    case .executed(var executed):
                        let names = OutputNames(token: attempt.names.token, places: attempt.places)
                        (executed.output, executed.promptID) = (names.renamed(executed.output), prompt)
                        told.append(.text(try JSON(parsing: WorkerEvent.executed(executed).encoded())))
                    case .ended(isSettled: true):
                        // History is asked, the end is stored, and then told.
                        let words = GateEvents.end(of: prompt, try #require(last))
                        for case .text(let bytes) in words { told.append(.text(try JSON(parsing: bytes))) }
                    case .ended(isSettled: false), .nothing: break
                    }
                }
                let wanted = recording.told(socket, of: prompt)
                #expect(told.count == wanted.count)
                for (own, recorded) in zip(told, wanted) { #expect(own.isTheSame(as: recorded), "\(recorded)") }
            }
            let counts = messages.compactMap { message -> JSON? in
                if case .text(let json) = message, json["type"] == "status" { json["data"]?["status"] } else { nil }
            }
            guard case .text(let idle) = GateEvents.status(remaining: 0) else { throw MissingFrame() }
            #expect(try JSON(parsing: idle)["data"]?["status"] == counts.last)
        }
        #expect(jobs > 0)
    }

    @Test("Of somebody else's run an account hears nothing, whatever reaches its own socket", arguments: recordings)
    func staysSilent(path: String) throws {
        let recording = try Recording(path)
        for messages in recording.heard.values {
            var narrator = narrator(Attempt(), "mine")
            for message in messages {
                switch message {
                case .text(let json): #expect(narrator.take(text: json.encoded()) == .nothing, "\(json)")
                case .binary(let bytes): #expect(narrator.take(binary: bytes) == .nothing)
                }
            }
            #expect(narrator.replay.isEmpty)
        }
    }

    private struct MissingFrame: Error {}
}

extension TranscriptReplayTests.Message {
    /// Previews with metadata by their meaning: their JSON may be spelled in another way.
    fileprivate func isTheSame(as other: Self) -> Bool {
        if case .binary(let own) = self, case .binary(let their) = other,
            case .previewWithMetadata(let metadata, let image)? = BinaryFrame(own),
            case .previewWithMetadata(let wanted, let picture)? = BinaryFrame(their)
        {
            return JSON.object(metadata) == JSON.object(wanted) && image == picture
        }
        return self == other
    }
}
