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
            of: job.prompt, changed: { self.fileHash(classType: $0, inputs: $1) },
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

    /// Loaders of files run again when the file's bytes are others.
    private func fileHash(classType: String, inputs: JSONObject) -> String? {
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

    // MARK: - Nodes

    private func proceed(_ run: Run) {
        guard let active = run.active else { return startNext(run) }
        if let steps = active.steps, steps.done < steps.total { return tick(run, active, steps) }
        finish(run, active)
    }

    private func startNext(_ run: Run) {
        guard let id = run.list.next() else {
            guard run.list.waiting.isEmpty else {
                let failure = NodeFailure(type: "DependencyCycleError", message: "Dependency cycle detected")
                return fail(run, node: run.list.waiting[0], inputs: [:], failure)
            }
            run.completed = true
            record("execution_success", [:], run)
            return leave(run)
        }
        if let key = run.keys[id], let result = cache.result(key) { return reuse(result, id, run) }
        let call = makeCall(id, run)
        setProgress(run, id, value: 0.0, max: 1.0, state: "running")
        lastNode = id
        sendOwner(
            "executing", ["node": .string(id), "display_node": .string(id), "prompt_id": .string(run.job.id)])
        if interruptRequested { return interrupt(run, call) }
        if FaultPlan.hits(faults.crashAtNode, id) { return crash() }
        if FaultPlan.hits(faults.hangAtNode, id) {
            phase = .stuck(run.job)
            return
        }
        if FaultPlan.hits(faults.outOfMemoryAtNode, id) {
            return fail(run, node: id, inputs: call.inputs, .outOfMemory)
        }
        if FaultPlan.hits(faults.errorAtNode, id) {
            return fail(
                run, node: id, inputs: call.inputs, NodeFailure(type: "RuntimeError", message: "simulated fault"))
        }
        if let total = NodeLibrary.steps(call) {
            run.active = Run.Active(call: call, steps: (0, total))
            phase = .running(run, wake: now + options.stepTime)
        } else {
            run.active = Run.Active(call: call)
            phase = .running(run, wake: now + duration(of: call))
        }
    }

    private func makeCall(_ id: String, _ run: Run) -> NodeCall {
        let node = run.job.prompt[id]
        let classType = node?["class_type"]?.string ?? ""
        var inputs: [String: NodeValue] = [:]
        var names: [String] = []
        for (name, value) in node?["inputs"]?.object?.members ?? [] {
            names.append(name)
            if let source = value[0]?.string, let slot = value[1]?.int, value.array?.count == 2 {
                let values = run.results[source] ?? run.keys[source].flatMap { cache.result($0)?.outputs } ?? []
                inputs[name] = values.indices.contains(slot) ? values[slot] : nil
            } else {
                inputs[name] = .literal(value["__value__"] ?? value)
            }
        }
        return NodeCall(
            id: id, classType: classType, inputs: inputs, names: names, info: objectInfo[classType] ?? .null)
    }

    private func duration(of call: NodeCall) -> UInt64 {
        var time = options.nodeTime
        if call.classType.hasSuffix("Loader") || call.classType.hasPrefix("CheckpointLoader") {
            time += options.modelLoadTime
        }
        guard options.megapixelTime > 0 else { return time }
        let first = call.names.lazy.compactMap { call.images($0).first }.first
        let pixels = Double(call.int("width", first?.width ?? 0)) * Double(call.int("height", first?.height ?? 0))
        let most = Double(options.maximumPixels)
        return time + UInt64(Double(options.megapixelTime) * min(max(0, pixels), most) / 1_000_000)
    }

    /// One sampler step is done.
    private func tick(_ run: Run, _ active: Run.Active, _ steps: (done: Int, total: Int)) {
        if interruptRequested { return interrupt(run, active.call) }
        let done = steps.done + 1
        let id = active.call.id
        run.active?.steps = (done, steps.total)
        setProgress(run, id, value: done, max: steps.total, state: "running")
        let progress: JSON = [
            "value": JSON(done), "max": JSON(steps.total), "prompt_id": .string(run.job.id), "node": .string(id),
        ]
        let withMetadata = owner.map { previewFlags.contains($0) } ?? false
        if !withMetadata { send("progress", progress, to: owner) }
        if wantsPreviews(run) {
            let picture = library(run, active.call).preview(
                active.call, progress: Double(done) / Double(steps.total), side: options.previewSize)
            sendPreview(JPEGCodec.encode(picture, quality: 95), node: id, prompt: run.job.id)
        }
        if withMetadata { send("progress", progress, to: owner) }
        phase = .running(run, wake: done < steps.total ? now + options.stepTime : now)
    }

    /// 0.26 lets a job choose.
    private func wantsPreviews(_ run: Run) -> Bool {
        guard options.flavour.isModern, let method = run.job.extraData["preview_method"]?.string else {
            return options.sendsPreviews
        }
        return method == "none" ? false : method == "default" ? options.sendsPreviews : true
    }

    private func library(_ run: Run, _ call: NodeCall) -> NodeLibrary {
        var metadata: [PNGCodec.Text] = []
        if options.writesMetadata {
            metadata.append(PNGCodec.Text(keyword: "prompt", text: PythonJSON.text(.object(run.job.prompt))))
            for (key, value) in run.job.extraData["extra_pnginfo"]?.object?.members ?? [] {
                metadata.append(PNGCodec.Text(keyword: key, text: PythonJSON.text(value)))
            }
        }
        let instance = "\(call.id)\n\(call.classType)"
        let name = temporaryNames[instance] ?? letters(5)
        if temporaryNames.count > 10_000 { temporaryNames.removeAll() }
        temporaryNames[instance] = name
        return NodeLibrary(
            flavour: options.flavour, files: files, time: wallNanoseconds, maximumPixels: options.maximumPixels,
            metadata: metadata, temporaryName: name)
    }

    private func finish(_ run: Run, _ active: Run.Active) {
        let id = active.call.id
        run.active = nil
        do throws(NodeFailure) {
            let result = try library(run, active.call).run(active.call)
            if let text = result.text { sendText(text, node: id) }
            if let ui = result.ui { announce(.object(ui), id, run) }
            run.results[id] = result.outputs
            if let key = run.keys[id] { cache.store(result, key) }
            complete(id, run)
            run.executed.append(id)
            phase = .running(run, wake: now)
        } catch {
            fail(run, node: id, inputs: active.call.inputs, error)
        }
    }

    /// An output node whose results are at hand: it reports its old files again.
    private func reuse(_ result: NodeResult, _ id: String, _ run: Run) {
        run.results[id] = result.outputs
        // 0.26 looks at its results only where somebody listens; see §4 of the notes on the API.
        if owner != nil {
            announce(result.ui.map { .object($0) } ?? .null, id, run)
        } else if !options.flavour.isModern, let ui = result.ui {
            run.outputs[id] = .object(ui)
        }
        setProgress(run, id, value: 1, max: 1, state: "finished")
        run.list.finish(id)
        phase = .running(run, wake: now)
    }

    private func announce(_ output: JSON, _ id: String, _ run: Run) {
        if output.object != nil { run.outputs[id] = output }
        sendOwner(
            "executed",
            [
                "node": .string(id), "display_node": .string(id), "output": output, "prompt_id": .string(run.job.id),
            ])
    }

    private func complete(_ id: String, _ run: Run) {
        let last = run.progress[id]
        let max = last?["max"] ?? .number(JSONNumber(1.0))
        setProgress(run, id, value: max, max: max, state: "finished")
        run.list.finish(id)
    }

    // MARK: - Ends

    private func interrupt(_ run: Run, _ call: NodeCall) {
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

    private func fail(_ run: Run, node: String, inputs: [String: NodeValue], _ failure: NodeFailure) {
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

    private func leave(_ run: Run) { phase = .ending(run, wake: now + options.endLatency) }

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
    private func sendOwner(_ type: String, _ data: JSON) {
        if let owner { send(type, data, to: owner) }
    }

    /// An event that the history repeats.
    private func record(_ type: String, _ data: JSON, _ run: Run) {
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

    private func setProgress(_ run: Run, _ id: String, value: JSON, max: JSON, state: JSON) {
        run.progress[id] = [
            "value": value, "max": max, "state": state, "node_id": .string(id), "prompt_id": .string(run.job.id),
            "display_node_id": .string(id), "parent_node_id": nil, "real_node_id": .string(id),
        ]
        // Everyone hears the progress of a job without an owner.
        send("progress_state", ["prompt_id": .string(run.job.id), "nodes": .object(run.progress)], to: owner)
    }

    private func setProgress(_ run: Run, _ id: String, value: Int, max: Int, state: JSON) {
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
