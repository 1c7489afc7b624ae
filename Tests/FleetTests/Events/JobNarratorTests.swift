import Basics
import ComfyAPI
import Testing

@testable import Fleet

struct JobNarratorTests {
    private static let attempt = UUID(random: [UInt8](repeating: 7, count: 16))
    private static let other = UUID(random: [UInt8](repeating: 9, count: 16))

    private func narrator() -> JobNarrator {
        let map = NameMap(attempt: AttemptNames(Self.attempt), publicID: "mine")
        return JobNarrator(attempt: Self.attempt, nodes: ["1", "6"]) { map.map($0) }
    }

    private func text(_ type: String, _ data: JSON) -> [UInt8] {
        (["type": .string(type), "data": data] as JSON).encoded()
    }

    private static let id = JSON.string(attempt.description)

    @Test func theOwnersEventsCarryTheOwnersID() throws {
        var narrator = narrator()
        for (type, data) in [
            ("execution_start", ["prompt_id": Self.id, "timestamp": 1]),
            ("execution_cached", ["nodes": [], "prompt_id": Self.id, "timestamp": 1]),
            ("progress_state", ["prompt_id": Self.id, "nodes": [:]]),
            ("executing", ["node": "1", "display_node": "1", "prompt_id": Self.id]),
            ("progress", ["value": 1, "max": 2, "prompt_id": Self.id, "node": "1"]),
            ("a_custom_pack", ["prompt_id": Self.id, "x": 1]),
        ] as [(String, JSON)] {
            guard case .deliver(.text(let bytes)) = narrator.take(text: text(type, data)) else {
                Issue.record("\(type) was not delivered")
                continue
            }
            let told = try JSON(parsing: bytes)
            #expect(told["type"]?.string == type)
            #expect(told["data"]?["prompt_id"] == "mine")
        }
        narrator.tells(
            executed: .text(text("executed", ["node": "1", "display_node": "1", "output": nil, "prompt_id": "mine"])))
        // A newcomer is told how far it is, in this order.
        let types = narrator.replay.compactMap { frame -> String? in
            if case .text(let bytes) = frame { WorkerEvent(frame: bytes)?.type } else { nil }
        }
        #expect(types == ["execution_start", "execution_cached", "executed", "progress_state", "executing"])
    }

    @Test func eventsOfOtherRunsAndBroadcastsAreDropped() {
        var narrator = narrator()
        let foreign = JSON.string(Self.other.description)
        for (type, data) in [
            ("status", ["status": ["exec_info": ["queue_remaining": 3]]]),
            ("execution_start", ["prompt_id": foreign, "timestamp": 1]),
            ("progress_state", ["prompt_id": foreign, "nodes": [:]]),
            ("executing", ["node": "1", "prompt_id": foreign]), ("executing", ["node": nil, "prompt_id": foreign]),
            ("executed", ["node": "1", "display_node": "1", "output": nil, "prompt_id": foreign]),
            ("execution_success", ["prompt_id": foreign, "timestamp": 1]), ("a_custom_pack", ["x": 1]),
            ("assets.seed.started", ["roots": []]), ("logs", ["entries": [], "size": nil]),
        ] as [(String, JSON)] {
            #expect(narrator.take(text: text(type, data)) == .nothing, "\(type)")
        }
        #expect(narrator.replay.isEmpty)
    }

    @Test func theEndIsHeardAndNotTold() {
        var narrator = narrator()
        let end: JSON = ["prompt_id": Self.id, "timestamp": 1]
        #expect(narrator.take(text: text("execution_success", end)) == .ended(isSettled: false))
        #expect(narrator.take(text: text("execution_interrupted", end)) == .ended(isSettled: false))
        #expect(narrator.take(text: text("execution_error", end)) == .ended(isSettled: false))
        #expect(narrator.take(text: text("executing", ["node": nil, "prompt_id": Self.id])) == .ended(isSettled: true))
        let block: JSON = ["prompt_id": Self.id, "exception_type": "ExecutionBlocked"]
        guard case .deliver = narrator.take(text: text("execution_error", block)) else {
            Issue.record("a block goes on and is told")
            return
        }
    }

    @Test func previewsComeInTheFormThatWasAskedFor() throws {
        var narrator = narrator()
        let metadata: JSONObject = ["node_id": "1", "prompt_id": Self.id, "image_type": "image/jpeg"]
        let frame = BinaryFrame.previewWithMetadata(metadata, image: [1, 2, 3]).encoded()
        guard case .deliver(.preview(let full, let plain)) = narrator.take(binary: frame) else {
            Issue.record("not delivered")
            return
        }
        #expect(BinaryFrame(full)?.promptID == "mine")
        #expect(BinaryFrame(plain) == .preview(.jpeg, image: [1, 2, 3]))
        let foreign: JSONObject = ["node_id": "1", "prompt_id": .string(Self.other.description)]
        #expect(narrator.take(binary: BinaryFrame.previewWithMetadata(foreign, image: [1]).encoded()) == .nothing)
        // Frames without an id belong to this run only while it runs, and texts only to nodes it has.
        let bare = BinaryFrame.preview(.jpeg, image: [9]).encoded()
        #expect(narrator.take(binary: bare) == .nothing)
        #expect(narrator.take(binary: BinaryFrame.text(node: "6", text: "x").encoded()) == .nothing)
        _ = narrator.take(text: text("execution_start", ["prompt_id": Self.id, "timestamp": 1]))
        #expect(narrator.take(binary: bare) == .deliver(.preview(withMetadata: bare, plain: bare)))
        let own = BinaryFrame.text(node: "6", text: "x").encoded()
        #expect(narrator.take(binary: own) == .deliver(.binary(own)))
        #expect(narrator.take(binary: BinaryFrame.text(node: "7", text: "x").encoded()) == .nothing)
    }

    @Test func aWholePictureIsToldAsItIsAndNeverLeftOut() throws {
        var narrator = narrator()
        _ = narrator.take(text: text("execution_start", ["prompt_id": Self.id, "timestamp": 1]))
        // Bytes that a name in a text would be replaced by, were this one.
        let image = [0x89, 0x50, 0x4E, 0x47] + Array(Self.attempt.description.utf8)
        let metadata: JSONObject = ["node_id": "1", "prompt_id": Self.id, "image_type": "image/png"]
        let frame = BinaryFrame.previewWithMetadata(metadata, image: image[...]).encoded()
        let bare = BinaryFrame.preview(.png, image: image[...]).encoded()
        for taken in [frame, bare] {
            guard case .deliver(let told) = narrator.take(binary: taken), case .picture(let full, let plain) = told
            else {
                Issue.record("not delivered")
                continue
            }
            #expect(!told.isDroppable)
            #expect(plain == [0, 0, 0, 1, 0, 0, 0, 2] + image)
            #expect(BinaryFrame(full)?.promptID == (taken == frame ? "mine" : nil))
        }
    }

    @Test func rubbishIsDropped() {
        var narrator = narrator()
        for bytes in [[], [0], Array("{".utf8), Array("[]".utf8), Array(#"{"type":1}"#.utf8)] as [[UInt8]] {
            #expect(narrator.take(text: bytes) == .nothing)
            #expect(narrator.take(binary: bytes) == .nothing)
        }
    }
}
