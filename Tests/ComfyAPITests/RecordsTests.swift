import Basics
import ComfyAPI
import Testing

struct RecordsTests {
    static let entries: [String] = Recordings.flavours.flatMap { flavour in
        ((try? Recordings.names(in: "\(flavour.rawValue)/http")) ?? []).filter { $0.hasPrefix("history.entry.") }
            .map { "\(flavour.rawValue)/http/\($0)" }
    }

    @Test(arguments: entries) func historyEntriesComeOutAsTheyWentIn(_ file: String) throws {
        let json = try Recordings.json(file)
        let entries = HistoryEntry.list(json)
        #expect(entries.count == json.object?.count)
        for entry in entries {
            #expect(entry.json == json[entry.item.promptID])
            #expect(!entry.messages.isEmpty)
            switch entry.outcome {
            case .success: #expect(!file.contains("error") && !file.contains("interrupted"))
            case .error(let error):
                #expect(file.contains("error"))
                #expect(error?.exceptionType.isEmpty == false)
            case .interrupted: #expect(file.contains("interrupted"))
            case .unknown: Issue.record("no outcome")
            }
        }
    }

    @Test(arguments: Recordings.flavours) func everyOutputKindIsFound(_ flavour: ComfyFlavour) throws {
        let json = try Recordings.json("\(flavour.rawValue)/http/history.entry.output_kinds.json")
        let entry = try #require(HistoryEntry.list(json).first)
        let kinds = Set(entry.files.map(\.kind))
        #expect(kinds.isSuperset(of: ["images", "audio", "latents"]))
        #expect(entry.files.contains { $0.filename.hasSuffix(".mp4") && $0.subfolder == "video" })
        #expect(entry.files.allSatisfy { !$0.filename.isEmpty && ["output", "temp"].contains($0.type) })
        var count = 0
        for output in entry.outputs.members.map(\.value) {
            for items in output.object?.members.map(\.value) ?? [] {
                count += (items.array ?? []).filter { $0["filename"] != nil }.count
            }
        }
        #expect(entry.files.count == count)
    }

    @Test(arguments: Recordings.flavours) func queuesAreSortedAsTheyWillRun(_ flavour: ComfyFlavour) throws {
        let json = try Recordings.json("\(flavour.rawValue)/http/queue.busy.json")
        let listing = try #require(QueueListing(json))
        #expect(listing.json == json)
        #expect(listing.running.count == 1 && listing.pending.count == 3)
        let numbers = listing.pendingInOrder.map(\.number.double)
        #expect(numbers == numbers.sorted())
        #expect(listing.pending.map(\.number.double) != numbers || flavour == .current)
    }

    @Test(arguments: Recordings.flavours) func systemStatsTellTheFlavour(_ flavour: ComfyFlavour) throws {
        let stats = try #require(SystemStats(try Recordings.json("\(flavour.rawValue)/http/system_stats.json")))
        #expect(stats.version == flavour.rawValue)
        #expect(stats.flavour == flavour)
        #expect(stats.memoryTotal > 0)
        #expect(stats.devices.first?.type == "cpu")
        #expect(stats.devices.first?.index == nil)
        #expect(SystemStats(stats.json) == stats)
    }

    @Test(arguments: [
        ("0.3.64", ComfyFlavour.classic), ("v0.3.10", .classic), ("0.4.0", .current), ("0.26.0", .current),
        ("1.0", .current), ("", .current), ("nightly", .current),
    ]) func versionsHaveAFlavour(_ version: String, _ flavour: ComfyFlavour) {
        #expect(ComfyFlavour(version: version) == flavour)
    }

    @Test(arguments: Recordings.flavours) func acceptedPromptsAreRead(_ flavour: ComfyFlavour) throws {
        let json = try Recordings.json("\(flavour.rawValue)/http/prompt.ok.json")["response"] ?? .null
        let accepted = try #require(PromptAccepted(json))
        #expect(accepted.json == json)
        #expect(PromptAccepted([:]) == nil)
    }

    @Test(arguments: 0..<200) func randomRecordsNeverTrap(seed: Int) {
        var random = RandomJSON(seed: UInt64(seed) + 11)
        let words = [
            "prompt", "outputs", "status", "messages", "images", "filename", "system", "devices", "vram_total",
            "queue_running", "prompt_id", "node_errors", "errors", "number", "status_str", "error",
        ]
        let json = random.value(depth: 5, words: words)
        if let entry = HistoryEntry(json) { #expect(HistoryEntry(entry.json) != nil) }
        _ = HistoryEntry(["prompt": [1, "x"], "status": json, "outputs": json])?.outcome
        _ = HistoryEntry(["prompt": [1, "x"], "outputs": json])?.files
        _ = QueueListing(["queue_running": json])
        _ = SystemStats(["devices": [json], "system": json])
        _ = PromptAccepted(json)
        _ = OutputFile.list(node: "1", json)
    }
}
