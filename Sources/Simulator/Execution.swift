internal import Basics

/// Where the one execution thread of a worker stands.
enum Phase {
    case idle
    /// Taken off the queue; the run begins, and forgets earlier interrupts, at `wake`.
    case starting(Job, wake: UInt64)
    case running(Run, wake: UInt64)
    /// The last event is out, the history entry comes at `wake`.
    case ending(Run, wake: UInt64)
    /// The thread is dead or hangs: the job stays in `queue_running` for ever.
    case stuck(Job)

    var job: Job? {
        switch self {
        case .idle: nil
        case .starting(let job, _), .stuck(let job): job
        case .running(let run, _), .ending(let run, _): run.job
        }
    }

    var wake: UInt64? {
        switch self {
        case .idle, .stuck: nil
        case .starting(_, let wake), .running(_, let wake), .ending(_, let wake): wake
        }
    }
}

/// One prompt being executed.
final class Run {
    struct Active {
        let call: NodeCall
        /// Steps done and in all; nil for a node without progress.
        var steps: (done: Int, total: Int)?
    }

    let job: Job
    let keys: [String: String]
    var list: ExecutionList
    /// Nodes that run now or ran, in order, with what `progress_state` says of them.
    var progress = JSONObject()
    var executed: [String] = []
    var results: [String: [NodeValue]] = [:]
    var outputs = JSONObject()
    var messages: [JSON] = []
    var active: Active?
    var completed = false

    init(_ job: Job, keys: [String: String], list: ExecutionList) {
        (self.job, self.keys, self.list) = (job, keys, list)
    }
}

/// The run of one prompt, event by event (ComfyUI's `main.py: prompt_worker`, `execution.py: PromptExecutor`).
extension SimulatedWorker {
    /// Adds a job and tells everyone. False when the queue's own comparison fails: it is in, but nobody is told.
    func enqueue(_ job: Job) -> Bool {
        guard pending.push(job) else { return false }
        broadcastStatus()
        return true
    }

    /// Does the one thing that is due now.
    func step() {
        switch phase {
        case .idle:
            guard let job = pending.pop() else { return }
            phase = .starting(job, wake: now + options.startLatency)
            broadcastStatus()
        case .starting(let job, let wake) where wake <= now: begin(job)
        case .running(let run, let wake) where wake <= now: proceed(run)
        case .ending(let run, let wake) where wake <= now: end(run)
        case .starting, .running, .ending, .stuck: break
        }
    }

    // MARK: - Begin

    private func begin(_ job: Job) {
        // The flag is wiped here and not when the job is taken: an interrupt in between is answered and lost.
        interruptRequested = false
        note("started", job)
        switch job.extraData {
        case .object(let extra):
            switch extra["client_id"] {
            case .array?, .object?:
                if faults.listClientIDKills { return crash() }
                owner = nil
            case let id: owner = id?.string
            }
        default:
            phase = .stuck(job)
            return
        }
        let info = objectInfo
        let keys = ExecutionCache.keys(
            of: job.prompt, changed: { self.change(classType: $0, inputs: $1) },
            usesID: { info[$0]?["input"]?["hidden"]?.object?.members.contains { $0.value == "UNIQUE_ID" } ?? false })
        if !options.flavour.isModern { cache.keep(only: Set(keys.values)) }
        let outputs = Set(
            job.prompt.members.filter {
                info[$0.value["class_type"]?.string ?? ""]?["output_node"] == true
            }.map(\.key))
        let cached = job.prompt.keys.filter { id in keys[id].map { cache.contains($0) } ?? false }
        let known = Set(cached)
        let list = ExecutionList(
            targets: job.outputs, outputs: outputs,
            sources: { Self.sources(of: $0, in: job.prompt) }, isCached: { known.contains($0) })
        let run = Run(job, keys: keys, list: list)
        record("execution_start", [:], run)
        record("execution_cached", ["nodes": .array(cached.map { .string($0) })], run)
        phase = .running(run, wake: now)
    }

    /// The nodes that the inputs of a node come from; of a switch only the side that is on, which is all it asks for.
    private static func sources(of id: String, in prompt: JSONObject) -> [String] {
        let node = prompt[id]
        var inputs = node?["inputs"]?.object ?? JSONObject()
        if node?["class_type"] == "ComfySwitchNode" {
            var position = inputs["switch"]
            if let source = position?[0]?.string, prompt[source]?["class_type"] == "PrimitiveBoolean" {
                position = prompt[source]?["inputs"]?["value"]
            }
            if let isOn = position?.bool { inputs[isOn ? "on_false" : "on_true"] = nil }
        }
        return inputs.members.compactMap { member in
            member.value.array?.count == 2 ? member.value[0]?.string : nil
        }
    }

    /// Loaders of files run again when the file's bytes are others, and what only sends runs each time.
    private func change(classType: String, inputs: JSONObject) -> String? {
        if classType == "SaveImageWebsocket" {
            changes += 1
            return String(changes)
        }
        guard ["LoadImage", "LoadImageMask", "LoadImageOutput"].contains(classType),
            let name = inputs["image"]?.string
        else { return nil }
        let named = FilePath.annotated(name)
        guard let path = FilePath.resolve(named.type ?? "input", named.name), let file = files.read(path) else {
            return nil
        }
        if let known = knownFileHashes[path], known.modified == file.modified { return known.hash }
        let hash = Hex.encode(Digest.sha256(file.bytes))
        if knownFileHashes.count > 1_000 { knownFileHashes.removeAll() }
        knownFileHashes[path] = (file.modified, hash)
        return hash
    }

    // MARK: - Ends

    func interrupt(_ run: Run, _ call: NodeCall) {
        interruptRequested = false
        run.active = nil
        record(
            "execution_interrupted",
            [
                "node_id": .string(call.id), "node_type": .string(call.classType),
                "executed": .array(run.executed.map { .string($0) }),
            ], run)
        leave(run)
    }

    func fail(_ run: Run, node: String, inputs: [String: NodeValue], _ failure: NodeFailure) {
        run.active = nil
        let classType = run.job.prompt[node]?["class_type"] ?? .null
        let frames = [("execute", 496), ("get_output_data", 315), ("process_inputs", 277)].map { name, line in
            JSON("  File \"/opt/ComfyUI/execution.py\", line \(line), in \(name)\n    simulated\n")
        }
        record(
            "execution_error",
            [
                "node_id": .string(node), "node_type": classType, "executed": .array(run.executed.map { .string($0) }),
                "exception_message": .string(failure.message + "\n"), "exception_type": .string(failure.type),
                "traceback": .array(frames),
                "current_inputs": .object(
                    JSONObject(inputs.sorted { $0.key < $1.key }.map { ($0.key, .array([$0.value.printed])) })),
                "current_outputs": .array(run.job.prompt.keys.map { .string($0) }),
            ], run)
        log("!!! Exception during processing !!! \(failure.message)")
        if failure.type == NodeFailure.outOfMemory.type { cache.removeAll() }
        leave(run)
    }

    func leave(_ run: Run) { phase = .ending(run, wake: now + options.endLatency) }

    private func end(_ run: Run) {
        var meta = JSONObject()
        for id in run.outputs.keys {
            meta[id] = [
                "node_id": .string(id), "display_node": .string(id), "parent_node": nil, "real_node_id": .string(id),
            ]
        }
        history.add(
            History.Entry(
                job: run.job.withoutSecrets, outputs: run.outputs, meta: meta, completed: run.completed,
                messages: run.messages),
            limit: options.maximumHistory)
        note(
            "ended", run.job,
            [
                ("completed", JSON(run.completed)), ("last", run.messages.last?[0] ?? nil),
                ("outputs", .object(run.outputs)),
            ])
        phase = .idle
        lastNode = nil
        if freesMemory { cache.removeAll() }
        freesMemory = false
        broadcastStatus()
        sendOwner("executing", ["node": nil, "prompt_id": .string(run.job.id)])
        log("Prompt executed")
    }

    // MARK: - Events

    /// To the owner; nobody hears it when the job has none.
    func sendOwner(_ type: String, _ data: JSON) {
        if let owner { send(type, data, to: owner) }
    }

    /// An event that the history repeats.
    func record(_ type: String, _ data: JSON, _ run: Run) {
        var data = data.object ?? JSONObject()
        if type == "execution_error" || type == "execution_interrupted" {
            data = JSONObject([("prompt_id", .string(run.job.id))] + data.members.map { ($0.key, $0.value) })
        } else {
            data["prompt_id"] = .string(run.job.id)
        }
        data["timestamp"] = timestamp
        run.messages.append([.string(type), .object(data)])
        if type == "execution_interrupted" {
            send(type, .object(data), to: owner)
        } else {
            sendOwner(type, .object(data))
        }
    }

    func setProgress(_ run: Run, _ id: String, value: JSON, max: JSON, state: JSON) {
        run.progress[id] = [
            "value": value, "max": max, "state": state, "node_id": .string(id), "prompt_id": .string(run.job.id),
            "display_node_id": .string(id), "parent_node_id": nil, "real_node_id": .string(id),
        ]
        // Everyone hears the progress of a job without an owner.
        send("progress_state", ["prompt_id": .string(run.job.id), "nodes": .object(run.progress)], to: owner)
    }

    func setProgress(_ run: Run, _ id: String, value: Int, max: Int, state: JSON) {
        setProgress(run, id, value: JSON(value), max: JSON(max), state: state)
    }
}

extension Job {
    /// As histories show it, and the queues of 0.26.
    var withoutSecrets: Job {
        guard case .object(var extra) = extraData else { return self }
        extra["api_key_comfy_org"] = nil
        extra["auth_token_comfy_org"] = nil
        return Job(number: number, id: id, prompt: prompt, extraData: .object(extra), outputs: outputs)
    }
}
