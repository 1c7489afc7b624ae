import Basics
import ComfyAPI
import Testing

struct WorkerEventTests {
    struct Frame: Sendable {
        let json: JSON?
        let base64: String?
    }

    static let files: [String] = Recordings.flavours.flatMap { flavour in
        let names = (try? Recordings.names(in: "\(flavour.rawValue)/ws")) ?? []
        return names.map { "\(flavour.rawValue)/ws/\($0)" }
    }

    static func frames(_ file: String) throws -> [Frame] {
        let lines = file.hasSuffix(".jsonl") ? try Recordings.transcript(file) : try Recordings.json(file).array ?? []
        return lines.filter { $0["dir"] != nil }.map { Frame(json: $0["json"], base64: $0["base64"]?.string) }
    }

    @Test(arguments: files) func recordedTextFramesComeOutAsTheyWentIn(_ file: String) throws {
        var count = 0
        for frame in try Self.frames(file) {
            guard let json = frame.json else { continue }
            let event = try #require(WorkerEvent(json))
            #expect(event.json == json)
            #expect(WorkerEvent(frame: event.encoded()) == event)
            if case .other(let type, _) = event { #expect(type.hasPrefix("assets.")) }
            count += 1
        }
        #expect(count > 0)
    }

    @Test(arguments: files) func recordedBinaryFramesComeOutAsTheyWentIn(_ file: String) throws {
        for frame in try Self.frames(file) {
            guard let base64 = frame.base64 else { continue }
            let bytes = try #require(Base64.decode(base64))
            let decoded = try #require(BinaryFrame(bytes))
            switch decoded {
            case .preview(let format, let image):
                #expect(format == .jpeg)
                #expect(image.starts(with: [0xFF, 0xD8]))
                #expect(decoded.encoded() == bytes)
            case .text(_, let text):
                #expect(text.hasPrefix("width: "))
                #expect(decoded.encoded() == bytes)
            case .previewWithMetadata(let metadata, let image):
                #expect(decoded.promptID == metadata["prompt_id"]?.string)
                #expect(decoded.withoutMetadata == .preview(.jpeg, image: image))
                // Python puts blanks behind colons: equal as values, not as bytes.
                #expect(BinaryFrame(decoded.encoded()) == decoded)
            case .other: Issue.record("unknown binary frame")
            }
        }
    }

    @Test func aRunEndsWithExecutingNothing() throws {
        let frames = try Self.frames("0.26.0/ws/success.jsonl").compactMap(\.json).compactMap { WorkerEvent($0) }
        let ends = frames.filter { if case .executing(let executing) = $0 { executing.isEndOfRun } else { false } }
        #expect(ends.count == 1)
        #expect(ends.first?.promptID == "2603622e-b01e-4b58-b26c-29a14bf57694")
        let files = frames.flatMap { event -> [OutputFile] in
            if case .executed(let executed) = event { executed.files } else { [] }
        }
        #expect(files.map(\.type) == ["temp", "output"])
        #expect(files.last == OutputFile(filename: "fixture_00001_.png", node: "4", kind: "images"))
    }

    @Test(arguments: [
        #"{"type":"executing","data":{}}"#, #"{"type":"status","data":{"status":null}}"#,
        #"{"type":"progress","data":{"value":"1","max":2}}"#, #"{"type":"mine","data":[1,2]}"#, #"{"type":"mine"}"#,
        #"{"type":"executed","data":{"node":"1"}}"#, #"{"type":"logs","data":5}"#,
    ]) func oddDataIsKeptUnread(_ text: String) throws {
        let json = try JSON(parsing: text)
        guard case .other(let type, let data)? = WorkerEvent(json) else {
            Issue.record("read")
            return
        }
        #expect(type == json["type"]?.string)
        #expect(data == json["data"] ?? .null)
    }

    @Test(arguments: ["", "x", "[]", "5", #"{"data":{}}"#, #"{"type":5}"#]) func otherTextIsNoEvent(_ text: String) {
        #expect(WorkerEvent(frame: Array(text.utf8)) == nil)
    }

    @Test func laterMembersDoNotHideAKnownEvent() throws {
        let json = try JSON(
            parsing: #"{"type":"progress","data":{"value":1,"max":2.0,"prompt_id":"p","node":"3","new":1}}"#)
        let expected = WorkerEvent.StepProgress(
            value: JSONNumber(1), maximum: JSONNumber(literal: "2.0"), promptID: "p", node: "3")
        #expect(WorkerEvent(json) == .progress(expected))
    }

    @Test(arguments: 0..<8) func shortBinaryFramesAreNotRead(_ count: Int) {
        for type in 0..<6 as Range<UInt8> {
            let bytes = Array(([0, 0, 0, type, 0, 0, 0, 9] as [UInt8]).prefix(count))
            let frame = BinaryFrame(bytes)
            #expect((frame == nil) == (count < 4))
            if let frame { #expect(frame.encoded() == bytes) }
        }
    }

    @Test func textsAndTheirLengthsMustFit() {
        let good: [UInt8] = [0, 0, 0, 3, 0, 0, 0, 1, 0x36, 0x68, 0x69]
        #expect(BinaryFrame(good) == .text(node: "6", text: "hi"))
        for length in [4, 0xFFFF_FFFF] as [UInt32] {
            var bad = good
            for index in 0..<4 { bad[4 + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
            guard case .other(3, _)? = BinaryFrame(bad) else {
                Issue.record("read a length of \(length)")
                continue
            }
        }
        guard case .other? = BinaryFrame([0, 0, 0, 3, 0, 0, 0, 1, 0xFF]) else {
            Issue.record("read bad UTF-8")
            return
        }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)]) func metadataHasALimit(_ over: Int, _ isGood: Bool) {
        // {"x":"…"} has eight bytes around the text.
        let text = String(repeating: "y", count: BinaryFrame.maximumHead - 8 + over)
        let frame = BinaryFrame.previewWithMetadata(JSONObject([("x", .string(text))]), image: [1, 2])
        #expect((BinaryFrame(frame.encoded()) == frame) == isGood)
    }

    @Test(arguments: 0..<500) func randomFramesNeverTrap(seed: Int) {
        var random = RandomJSON(seed: UInt64(seed) + 3)
        let types = [
            "status", "executing", "progress", "progress_state", "executed", "execution_error", "logs", "feature_flags",
            "execution_cached", "execution_interrupted",
        ]
        let words = [
            "node", "nodes", "prompt_id", "value", "max", "state", "output", "status", "exec_info", "queue_remaining",
            "entries", "size", "timestamp", "executed", "running",
        ]
        let data = random.value(depth: 4, words: words)
        let event = WorkerEvent(["type": .string(types[random.next(types.count)]), "data": data])
        if let event { #expect(WorkerEvent(event.json)?.json == event.json) }
        var bytes = (0..<random.next(40)).map { _ in UInt8(random.next(256)) }
        if bytes.count > 4 {
            bytes.replaceSubrange(
                0..<min(7, bytes.count), with: [0, 0, 0, UInt8(random.next(5)), 0, 0, 0].prefix(bytes.count))
        }
        if let frame = BinaryFrame(bytes) { #expect(BinaryFrame(frame.encoded()) == frame) }
    }
}
