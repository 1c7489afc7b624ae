internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// Runs one workflow after another and stores what they make.
struct RunWork {
    let client: ComfyClient
    let terminal: Terminal
    let address: String
    let workflow: Workflow
    let options: RunOptions
    let folder: String
    private var objectInfo: ObjectInfo?
    /// Files of this machine that are on the server already, by path.
    private var uploads: [String: UploadedFile] = [:]

    /// Bytes of a file that is uploaded.
    static let uploadLimit = 1 << 30

    init(
        client: ComfyClient, terminal: Terminal, address: String, workflow: Workflow, options: RunOptions,
        folder: String,
        objectInfo: ObjectInfo?
    ) {
        (self.client, self.terminal, self.address) = (client, terminal, address)
        (self.workflow, self.options, self.folder, self.objectInfo) = (workflow, options, folder, objectInfo)
    }

    /// Never throws: what went wrong stands in the report and has been told.
    /// - Returns: Whether it makes sense to go on with other runs, too.
    mutating func perform(_ item: RunItem) async -> (report: RunReport, mayGoOn: Bool) {
        var report = RunReport(label: item.label)
        do {
            let graph = try await prepare(item)
            try await run(graph, &report)
            return (report, true)
        } catch let failure as CommandFailure {
            add(failure, &report)
            return (report, true)
        } catch let error as ComfyClientError {
            if case .rejected(let rejection) = error { add(rejection, &report) }
            add(RunFailure.explain(error, at: address, terminal), &report)
            if case .cancelled = error { report.status = "canceled" }
            return (report, Self.concernsOneRun(error))
        } catch {
            add(CommandFailure(at: address, Phrase(verbatim: "\(error)")), &report)
            return (report, false)
        }
    }

    private static func concernsOneRun(_ error: ComfyClientError) -> Bool {
        switch error {
        case .rejected, .missing, .truncated, .runTimedOut, .lost, .tooLarge: true
        default: false
        }
    }

    private func add(_ failure: CommandFailure, _ report: inout RunReport) {
        report.failures.append(failure)
        terminal.report(failure)
    }

    private func add(_ rejection: PromptRejection, _ report: inout RunReport) {
        guard !rejection.nodes.isEmpty else { return }
        for line in rejection.lines(titles: titles) {
            add(CommandFailure(at: address, Phrase(verbatim: line)), &report)
        }
    }

    private var titles: [String: String] {
        Dictionary(
            workflow.nodes.compactMap { id, node in node.title.map { (id, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    // MARK: Before

    private mutating func prepare(_ item: RunItem) async throws -> Workflow {
        var assignments = item.assignments
        for file in item.files {
            let stored = try await upload(file.value)
            assignments.append(Assignment(try RunPlan.fileInput(file.key, in: workflow), stored.reference))
        }
        return RunPlan.stepping(try await edit(assignments), by: item.seedStep)
    }

    /// Inputs that the graph does not hold yet are known only to the server, which is asked when the graph does not do.
    private mutating func edit(_ assignments: [Assignment]) async throws -> Workflow {
        do throws(WorkflowError) {
            return try edited(assignments, objectInfo)
        } catch {
            guard objectInfo == nil else { throw CommandFailure(at: "--set", Phrase(verbatim: error.description)) }
        }
        let info = try await client.objectInfo()
        objectInfo = info
        do throws(WorkflowError) { return try edited(assignments, info) } catch {
            throw CommandFailure(at: "--set", Phrase(verbatim: error.description))
        }
    }

    private func edited(_ assignments: [Assignment], _ info: ObjectInfo?) throws(WorkflowError) -> Workflow {
        var editing = WorkflowEditing(workflow, objectInfo: info)
        for assignment in assignments { try editing.set(assignment.key, to: assignment.value) }
        return editing.workflow
    }

    private mutating func upload(_ path: String) async throws -> UploadedFile {
        if let stored = uploads[path] { return stored }
        let bytes: [UInt8]
        do throws(FileBytes.Failure) { bytes = try FileBytes.read(path, limit: Self.uploadLimit) } catch {
            throw CommandFailure(at: path, Phrase(verbatim: error.reason))
        }
        let stored = try await client.upload(bytes, name: path)
        uploads[path] = stored
        return stored
    }

    // MARK: During and after

    private func run(_ graph: Workflow, _ report: inout RunReport) async throws {
        let run = client.run(graph, options)
        report.promptID = run.promptID
        var progress = RunProgress(terminal, nodeCount: graph.count)
        defer { progress.finish() }
        var result: RunResult?
        do {
            for try await event in run {
                progress.show(event)
                if case .finished(let end) = event { result = end }
            }
        } catch let error as ComfyClientError {
            await release(run.promptID, after: error)
            throw error
        }
        progress.finish()
        guard let result else { throw ComfyClientError.cancelled }
        report.status =
            switch result.outcome {
            case .success: "success"
            case .failed: "failed"
            case .interrupted: "interrupted"
            }
        for line in PromptRejection.lines(result.dropped, titles: titles) {
            add(CommandFailure(at: run.promptID, Phrase(verbatim: line)), &report)
        }
        if !result.isWhole { add(RunFailure.explain(result, graph), &report) }
        try await store(result.files, &report)
        if result.isWhole, result.files.isEmpty { terminal.say(RunMessages.noFiles()) }
    }

    /// Every file is tried, so that one that is gone does not cost the others.
    private func store(_ files: [OutputFile], _ report: inout RunReport) async throws {
        for file in files {
            do throws(ComfyClientError) {
                let stored = try await client.download(file, to: folder)
                report.files.append((file, stored))
                if !terminal.options.json { terminal.put(.null) { stored.path + "\n" } }
            } catch {
                guard Self.concernsOneRun(error) else { throw error }
                add(RunFailure.explain(error, at: address, terminal), &report)
            }
        }
    }

    /// Nobody waits for the run any more: it must not keep the card busy.
    private func release(_ promptID: String, after error: ComfyClientError) async {
        switch error {
        case .cancelled, .runTimedOut: break
        default: return
        }
        let client = client
        // A task of its own: this one may be cancelled, and its requests with it.
        _ = await Task.detached { try? await client.cancel(promptID) }.value
    }
}
