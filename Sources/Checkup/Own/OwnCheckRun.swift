internal import Basics
internal import Glibc
internal import HTTP
internal import Loop
internal import Secrets
internal import Stack
internal import Wire

/// Finds out what own checks ask, each on its own and in its own time.
struct OwnCheckRun: Sendable {
    let root: String
    let containers: [ContainerFacts]
    /// Why containers are not seen; nil when they are.
    let blindness: Phrase?
    let loop: EventLoop

    /// What is wrong, by the check's id; one that holds has nothing.
    func run(_ checks: [OwnCheck]) async -> [String: [OwnFault]] {
        await withTaskGroup(of: (String, [OwnFault]).self) { group in
            for check in checks { group.addTask { (check.id, await faults(of: check)) } }
            var found: [String: [OwnFault]] = [:]
            for await (id, faults) in group where !faults.isEmpty { found[id] = faults }
            return found
        }
    }

    private func faults(of check: OwnCheck) async -> [OwnFault] {
        switch check.test {
        case .files, .json, .notebook, .variable:
            let root = root
            return await Surveyor.blocking { Self.look(check.test, in: root) }
        case .command(let words, let exit):
            let (root, limit) = (root, check.timeLimit)
            return await Surveyor.blocking { Self.run(words, exit: exit, in: root, limit: limit) }
        case .answer(let url, let status, let text): return await ask(url, status, text, limit: check.timeLimit)
        case .container(let name): return look(at: name)
        case .port(let host, let port):
            guard let url = HTTPURL(host: host, port: port), var probe = HTTPProbe(url, on: loop) else {
                return [OwnFault(evidence: AnswerMessages.refused())]
            }
            (probe.connectTime, probe.answerTime) = (check.timeLimit, check.timeLimit)
            // Whatever answers, it takes connections.
            switch await probe.ask(.get, "/") {
            case .failed(.refused), .failed(.unreachable): return [OwnFault(evidence: AnswerMessages.refused())]
            case .answered, .failed: return []
            }
        }
    }

    // MARK: - Files

    private static func look(_ test: OwnCheck.Test, in root: String) -> [OwnFault] {
        guard let tree = try? ProjectTree(root: root) else { return [OwnFault(evidence: OwnMessages.noFile())] }
        func each(_ pattern: String, _ judge: ([UInt8]) -> Phrase?) -> [OwnFault] {
            let paths = tree.expand(pattern)
            guard !paths.isEmpty else { return [OwnFault(evidence: OwnMessages.noFile())] }
            return paths.compactMap { path in
                guard let content = tree.bytes(of: path) else {
                    return OwnFault(place: path, evidence: OwnMessages.noFile())
                }
                return judge(content).map { OwnFault(place: path, evidence: $0) }
            }
        }
        switch test {
        case .files(let pattern, let least, let most):
            let paths = tree.expand(pattern)
            let count = paths.count { tree.facts(of: $0).content != .missing }
            if count < least { return [OwnFault(evidence: OwnMessages.tooFew(["least": "\(least)"], count: count))] }
            if let most, count > most {
                return [OwnFault(evidence: OwnMessages.tooMany(["most": "\(most)"], count: count))]
            }
            return []
        case .json(let pattern):
            return each(pattern) { bytes in
                do {
                    _ = try JSON(parsing: bytes)
                    return nil
                } catch {
                    return OwnMessages.notJSON(["detail": "\(error)"])
                }
            }
        case .notebook(let pattern):
            return each(pattern) { bytes in
                (try? JSON(parsing: bytes))?["cells"]?.array == nil ? OwnMessages.notNotebook() : nil
            }
        case .variable(let file, let key):
            guard let content = tree.bytes(of: file) else { return [OwnFault(evidence: OwnMessages.noFile())] }
            guard case .value(let value) = DotenvReader.composeV2.read(content)[key] else {
                return [OwnFault(evidence: OwnMessages.noKey())]
            }
            let judged = HashVerdict(judging: value.reveal())
            return judged == .empty || judged == .placeholder ? [OwnFault(evidence: OwnMessages.example())] : []
        default: return []
        }
    }

    // MARK: - Programs

    private static func run(_ words: [String], exit: Int32, in root: String, limit: UInt64) -> [OwnFault] {
        guard let program = words.first else { return [] }
        var child = ChildProcess(program, Array(words.dropFirst()))
        (child.folder, child.timeLimit, child.outputLimit) = (root, limit, 1 << 20)
        do throws(ChildProcess.Failure) {
            let result = try child.run()
            switch result.end {
            case .exited(exit): return []
            case .exited(let code), .signaled(let code):
                let said = String(decoding: result.errors + result.output, as: UTF8.self)
                let last = said.split(whereSeparator: \.isNewline).last.map { String($0.prefix(160)) } ?? "–"
                let evidence = OwnMessages.otherExit(["code": "\(code)", "wanted": "\(exit)", "words": last])
                return [OwnFault(evidence: evidence)]
            case .timedOut:
                let limit = Duration.milliseconds(limit).spelled
                return [OwnFault(evidence: OwnMessages.tooLong(["limit": limit]))]
            case .tooMuchOutput: return [OwnFault(evidence: OwnMessages.noProgram(["reason": "output"]))]
            }
        } catch {
            return [OwnFault(evidence: OwnMessages.noProgram(["reason": systemMessage(error.code)]))]
        }
    }

    // MARK: - Servers and containers

    private func ask(_ url: HTTPURL, _ status: Int, _ text: String?, limit: UInt64) async -> [OwnFault] {
        guard var probe = HTTPProbe(url, on: loop) else { return [OwnFault(evidence: AnswerMessages.refused())] }
        (probe.connectTime, probe.answerTime) = (limit, limit)
        let target = url.target.encoded
        let (found, body): (Int, [UInt8])
        switch await probe.ask(.get, String(target.dropFirst(url.basePath.count))) {
        case .answered(let reply): (found, body) = (reply.status, reply.body)
        case .failed(let failure): return [OwnFault(evidence: OwnMessages.noAnswer.about(failure.words))]
        }
        guard found == status else {
            return [OwnFault(evidence: OwnMessages.otherStatus(["status": "\(found)", "wanted": "\(status)"]))]
        }
        if let text, !String(decoding: body, as: UTF8.self).contains(text) {
            return [OwnFault(evidence: OwnMessages.noText(["text": text]))]
        }
        return []
    }

    private func look(at name: String) -> [OwnFault] {
        if let blindness { return [OwnFault(evidence: blindness)] }
        guard let run = containers.first(where: { $0.name == name })?.run else {
            return [OwnFault(evidence: OwnMessages.noContainer())]
        }
        if !run.isRunning { return [OwnFault(evidence: OwnMessages.stopped(["status": run.status]))] }
        return run.health == "unhealthy" ? [OwnFault(evidence: OwnMessages.stopped(["status": "unhealthy"]))] : []
    }
}
