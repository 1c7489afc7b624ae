internal import Basics
internal import ComfyAPI

/// One node after the other.
extension SimulatedWorker {
    func proceed(_ run: Run) {
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
        if !ownerWantsMetadata { send("progress", progress, to: owner) }
        if wantsPreviews(run), let picture = options.previewPicture {
            sendPicture(.jpeg, picture, node: id, prompt: run.job.id)
        } else if wantsPreviews(run) {
            let picture = library(run, active.call).preview(
                active.call, progress: Double(done) / Double(steps.total), side: options.previewSize)
            sendPicture(.jpeg, JPEGCodec.encode(picture, quality: 95), node: id, prompt: run.job.id)
        }
        if ownerWantsMetadata { send("progress", progress, to: owner) }
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
            metadata: metadata, temporaryName: name,
            assetID: options.namesAssets && options.flavour.isModern ? makeUUID : nil)
    }

    private func finish(_ run: Run, _ active: Run.Active) {
        let id = active.call.id
        run.active = nil
        do throws(NodeFailure) {
            var result = try library(run, active.call).run(active.call)
            guard sendWhole(result.sent, id, run) else { return interrupt(run, active.call) }
            result.sent = []
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

    /// The pictures of `SaveImageWebsocket`, each as a step of its progress, which counts from 0.
    ///
    /// - Returns: False when an interrupt was asked for.
    private func sendWhole(_ pictures: [Picture], _ id: String, _ run: Run) -> Bool {
        for (index, picture) in pictures.enumerated() {
            if interruptRequested { return false }
            setProgress(run, id, value: index, max: pictures.count, state: "running")
            let progress: JSON = [
                "value": JSON(index), "max": JSON(pictures.count), "prompt_id": .string(run.job.id),
                "node": .string(id),
            ]
            if !ownerWantsMetadata { send("progress", progress, to: owner) }
            sendPicture(.png, PNGCodec.encode(picture), node: id, prompt: run.job.id)
            if ownerWantsMetadata { send("progress", progress, to: owner) }
        }
        return true
    }

    private var ownerWantsMetadata: Bool { owner.map { previewFlags.contains($0) } ?? false }

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
}
