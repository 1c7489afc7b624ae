internal import Basics
public import Loop
internal import Secrets
internal import Stack
public import Wire
internal import YAML

/// Looks at an installation, at everything at once: a survey takes as long as its slowest part.
public struct Surveyor: Sendable {
    /// The project's folder.
    public var root: String
    public var environment: [String: String]
    /// ComfyUI's that are named by their addresses, beside those in containers.
    public var workers: [HTTPURL] = []
    /// Addresses whose way to a worker is followed.
    public var urls: [HTTPURL] = []
    /// Folders with models, beside those that containers mount.
    public var models: [String] = []
    /// Checks of the installation's own.
    public var own: [OwnCheck] = []
    /// Judges the gate's configuration; nil where there is none.
    public var gate: @Sendable () -> [Survey.Mistake]? = { nil }
    /// The name or path of NVIDIA's management library.
    public var library = Cards.library

    public init(root: String, environment: [String: String]) { (self.root, self.environment) = (root, environment) }

    /// - Parameter loop: Requests are made on it.
    public func look(on loop: EventLoop) async -> Survey {
        async let files = lookAtFiles()
        async let engine = lookAtEngine(loop)
        async let cards = lookAtCards()
        async let machine = Self.blocking { Machine.look() }
        async let disks = lookAtDisks()
        let gate = gate
        async let mistakes = Self.blocking { gate() }
        let (folder, engineSeen) = await (files, engine)
        var survey = Survey(
            root: root, files: folder.seen, engine: engineSeen.seen, cards: await cards)
        survey.broken = folder.broken
        survey.machine = await machine
        survey.containers = Survey.merged(engine: engineSeen.containers, compose: folder.containers).map {
            $0.onHost(survey.machine.listening)
        }
        let places = WorkerPlace.all(in: survey.containers, own: survey.machine.addresses)
        let named = WorkerPlace.named(workers, on: survey.machine).filter { !places.contains($0) }
        let asked = OwnCheckRun(
            root: root, containers: survey.containers, blindness: survey.engine.reason, loop: loop)
        async let ownFaults = asked.run(own)
        let folders = Self.modelFolders(of: survey.containers, root: root) + self.models
        async let models = Self.blocking { Set(folders).sorted().flatMap { ModelFolder.look($0) } }
        survey.workers = await Self.look(at: places + named, on: loop)
        survey.own = await ownFaults
        survey.models = await models
        survey.ways = await follow(survey, on: loop)
        survey.disks = await disks
        survey.gate = await mistakes
        return survey
    }

    /// On a thread of its own, so that what blocks for long holds up nothing else.
    static func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        let lane = Lane("survey", threads: 1, capacity: 1)
        // A lane that has just been made refuses nothing.
        guard let value = try? await lane.run(body) else { return body() }
        return value
    }

    // MARK: - Files

    fileprivate struct Folder: Sendable {
        var seen: Seen<Survey.Files>
        var containers: [ContainerFacts] = []
        var broken: [Survey.BrokenFile] = []
        var needed: Set<String> = []
        var ignored: [String: String] = [:]
    }

    private func lookAtFiles() async -> Folder {
        let (root, surroundings) = (root, Set(environment.keys))
        return await Self.blocking {
            do throws(GateError) {
                return try Self.read(root, surroundings)
            } catch {
                return Folder(seen: .unseen(error.phrase))
            }
        }
    }

    private static func read(_ root: String, _ surroundings: Set<String>) throws(GateError) -> Folder {
        var files = Survey.Files()
        let search = try TreeSearch(of: root) { file, dotenv in
            switch file.kind {
            case .dotenv: files.oddities[file.path] = DotenvOddity(file.bytes, dotenv, name: file.name)
            case .key: files.certificates[file.path] = CertificateFile.end(of: file.bytes)
            default: break
            }
        }
        let tracked = GitFacts.tracked(below: root)
        let tree = try ProjectTree(root: root, tracked: tracked ?? [])
        (files.leftOut, files.certificates) = (search.leftOut, Self.current(files.certificates))
        var truth: CredentialFile?
        if let bytes = tree.bytes(of: CredentialFile.path) {
            do throws(CredentialFileError) {
                truth = try CredentialFile(parsing: bytes)
            } catch {
                files.brokenTruth = error.phrase
            }
        }
        files.hasGit = tracked != nil
        files.isEmpty = search.composeFiles.isEmpty && search.dotenvCount == 0 && search.leftOut.isEmpty
        files.hasTruth = truth != nil
        var audit = Audit(tree)
        let discovery = Discovery(search, in: tree, listed: truth)
        files.findings = discovery.findings
        files.rows = audit.rows(of: truth ?? CredentialFile(), found: discovery.findings)
        files.isEmpty = files.isEmpty && discovery.findings.isEmpty && truth == nil && files.brokenTruth == nil
        var folder = Folder(seen: .seen(files))
        for left in search.leftOut
        where left.reason == .unreadable
            && FileClass.isCompose(left.path.fileName)
        {
            folder.broken.append(Survey.BrokenFile(path: left.path, reason: ComposeComplaint.unreadable.phrase))
        }
        folder.take(search.composeFiles, in: tree, root: root, surroundings)
        (files.needed, files.ignored) = (folder.needed, folder.ignored)
        files.scripts = folder.scripts(in: tree)
        files.missingMounts = folder.missingMounts(in: tree)
        folder.seen = .seen(files)
        return folder
    }

    /// Without those that certbot keeps beside their successors: `archive/NAME/cert1.pem`, `cert2.pem`.
    static func current(_ certificates: [String: Timestamp]) -> [String: Timestamp] {
        func series(_ path: String) -> (stem: String, number: Int)? {
            let parts = path.split(separator: "/")
            guard parts.dropLast().contains("archive"), let name = parts.last?.split(separator: ".").first else {
                return nil
            }
            let stem = name.prefix { !$0.isNumber }
            return Int(name.dropFirst(stem.count)).map { (parts.dropLast().joined(separator: "/") + "/" + stem, $0) }
        }
        let newest = Dictionary(
            certificates.keys.compactMap(series).map { ($0.stem, $0.number) }, uniquingKeysWith: max)
        return certificates.filter { path, _ in
            series(path).map { newest[$0.stem] == $0.number } ?? true
        }
    }

    // MARK: - The engine

    private func lookAtEngine(_ loop: EventLoop) async -> (seen: Seen<Survey.Engine>, containers: [ContainerFacts]) {
        do throws(DockerFailure) {
            let engine = try await DockerEngine.connect(environment: environment, on: loop)
            let asked = Timestamp.now()
            let time = try? await engine.get("/info")["SystemTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
            let ahead = time.map { $0.milliseconds - asked.milliseconds }
            let containers = try await engine.containers()
            let seen = Survey.Engine(
                endpoint: engine.endpoint.description, version: "\(engine.version)", clockAhead: ahead)
            return (.seen(seen), containers)
        } catch {
            return (.unseen(error.phrase), [])
        }
    }

    // MARK: - Workers

    private static func look(at places: [WorkerPlace], on loop: EventLoop) async -> [WorkerFacts] {
        await inParallel(places) { await $0.look(on: loop) }.compactMap(\.self)
    }

    // MARK: - Ways

    private func follow(_ survey: Survey, on loop: EventLoop) async -> [Survey.Way] {
        await inParallel(urls) { url in
            let journey = await Traveller(url).travel(survey, environment: environment, on: loop)
            return Survey.Way(
                url: url.place, causes: Diagnosis(journey).causes, certificateEnd: journey.bare?.certificateEnd)
        }
    }

    // MARK: - Models

    /// What containers have mounted as `models`, or as all of ComfyUI.
    static func modelFolders(of containers: [ContainerFacts], root: String) -> [String] {
        containers.flatMap(\.mounts).filter { $0.kind != .other("tmpfs") }.compactMap { mount in
            guard let source = mount.path(from: root) else { return nil }
            if mount.target.split(separator: "/").contains("models") { return source }
            return mount.target.hasSuffix("/ComfyUI") ? source + "/models" : nil
        }
    }

    // MARK: - The machine

    private func lookAtCards() async -> Seen<Cards> {
        let library = library
        return await Self.blocking { Cards.look(library) }
    }

    private func lookAtDisks() async -> [DiskFacts] {
        let places = ["/", root]
        return await Self.blocking {
            var found: [DiskFacts] = []
            for place in places {
                guard let disk = DiskFacts.look(place) else { continue }
                if !found.contains(where: { $0.size == disk.size && $0.free == disk.free }) { found.append(disk) }
            }
            return found
        }
    }
}

extension Surveyor.Folder {
    /// Mounts from the project of what is not there.
    fileprivate func missingMounts(in tree: ProjectTree) -> [String: String] {
        var found: [String: String] = [:]
        for container in containers {
            for mount in container.mounts
            where mount.kind == .bind && !mount.source.hasPrefix("/") && !mount.source.hasPrefix("~") && mount.isOfFile
            {
                if tree.isNowhere(mount.source) { found[mount.source] = container.name }
            }
        }
        return found
    }

    /// Scripts by their name or first two bytes, mounted one by one.
    fileprivate func scripts(in tree: ProjectTree) -> [Survey.Script] {
        containers.flatMap { container in
            container.mounts.filter { $0.kind == .bind && !$0.source.hasPrefix("/") }.compactMap { mount in
                guard let bytes = tree.bytes(of: mount.source),
                    mount.source.hasSuffix(".sh") || bytes.starts(with: "#!".utf8)
                else { return nil }
                return Survey.Script(path: mount.source, container: container.name, bytes)
            }
        }
    }

    /// Compose starts nothing when a file that another one names is not there. What lies elsewhere is not looked for.
    private mutating func lack(_ path: String, named place: String) {
        guard !path.contains("$"), !path.contains(":"), !path.hasSuffix(".git") else { return }
        broken.append(Survey.BrokenFile(path: place, reason: ComposeComplaint.noFile(path).phrase))
    }

    /// - Parameter path: The compose file that names it.
    private mutating func need(_ file: String, _ key: String, of path: String, in tree: ProjectTree) {
        guard !file.contains("$"), tree.isNowhere(file) else { return }
        broken.append(Survey.BrokenFile(path: path, reason: ComposeComplaint.noOtherFile(file, key: key).phrase))
    }

    /// Compose files, those that they include or extend, and those that `COMPOSE_FILE` names.
    ///
    /// - Parameters:
    ///   - root: The project's folder, whose name is that of what is started in it.
    ///   - surroundings: Names of this process's own variables.
    fileprivate mutating func take(
        _ files: [String: [UInt8]], in tree: ProjectTree, root: String, _ surroundings: Set<String>
    ) {
        var includers: [String: (path: String, inclusion: ComposeFiles.Inclusion)] = [:]
        var compose = ComposeFiles()
        var files = files
        for folder in Set(files.keys.map(\.folderPath) + [""]) {
            let place = folder.isEmpty ? ".env" : "\(folder)/.env"
            guard let dotenv = tree.bytes(of: place) else { continue }
            let chosen = ComposeFiles.chosen(by: ComposeVariables([dotenv]), in: folder)
            compose.choose(chosen)
            for path in chosen where files[path] == nil {
                files[path] = tree.bytes(of: path)
                if files[path] == nil { lack(path, named: place) }
            }
        }
        var started = Set(files.keys)
        var known = started
        var left = files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        while let (path, bytes) = left.popLast() {
            do throws(YAMLError) {
                guard let document = try YAMLReader.full.read(bytes) else { continue }
                compose.add(document, path: path)
                let inclusions = ComposeFiles.included(by: document, in: path)
                let included = inclusions.flatMap(\.paths)
                for other in included + ComposeFiles.extended(by: document, in: path)
                where known.insert(other).inserted {
                    if let bytes = tree.bytes(of: other) {
                        left.append((other, bytes))
                    } else {
                        lack(other, named: path)
                    }
                }
                for (key, file) in ComposeFiles.lent(by: document, in: path) { need(file, key, of: path, in: tree) }
                started.formUnion(included)
                for inclusion in inclusions {
                    if inclusion.paths.count > 1 { compose.choose(inclusion.paths) }
                    for other in inclusion.paths where other != path { includers[other] = (path, inclusion) }
                }
            } catch {
                broken.append(Survey.BrokenFile(path: "\(path):\(error.position.line)", reason: error.phrase))
            }
        }
        compose.lend(known.subtracting(started))
        ignored = compose.ignored
        for (path, document) in compose.documents where ignored[path] == nil {
            needed.formUnion(
                document.scalars.flatMap { ComposeTemplate.variables(in: Array($0.utf8)[...]) }
                    .filter { $0.fallback == .none }.map { "\(path.sibling(".env")): \($0.name)" })
            broken += ComposeKeys.misspelt(in: document).map {
                Survey.BrokenFile(path: "\(path):\($0.line)", reason: $0.complaint.phrase)
            }
        }
        for (path, document) in compose.merged {
            if includers[path] == nil {
                broken += compose.undefined(in: path).map { Survey.BrokenFile(path: path, reason: $0.phrase) }
            }
            // Whoever includes a file fills it in, too, and first.
            var chain = [path]
            while let last = chain.last, let next = includers[last]?.path, !chain.contains(next) { chain.append(next) }
            let dotenv = chain.reversed().flatMap { file in
                (includers[file]?.inclusion.environmentFiles ?? [file.sibling(".env")]).compactMap {
                    tree.bytes(of: $0)
                }
            }
            var variables = ComposeVariables(dotenv, surroundings: surroundings)
            let project = ComposeFiles.project(
                of: document, in: chain.last ?? path, &variables,
                root: root.fileName)
            let services = ContainerFacts.services(of: document, in: path, &variables, read: tree.bytes)
            for service in services where includers[path]?.inclusion.isMoved != true {
                for file in service.environmentFiles { need(file, "env_file", of: path, in: tree) }
            }
            containers += services.map { service in
                var service = service
                service.project = project
                return service
            }
            broken += variables.complaints.filter { complaint in
                // A piece is whole only beside what it is a piece of.
                if case .noImage = complaint { ComposeFiles.isUsual(path) } else { true }
            }.map { Survey.BrokenFile(path: path, reason: $0.phrase) }
        }
    }
}

extension ProjectTree {
    /// Neither a file nor a folder.
    fileprivate func isNowhere(_ path: String) -> Bool { facts(of: path).content == .missing && !isFolder(path) }
}

extension ContainerFacts.Mount {
    /// Its names are those of a file: a folder that is not there the engine makes, and that is as it should be.
    var isOfFile: Bool {
        [source, target].contains { path in
            let name = path.fileName
            let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? ""
            return name == "PASSWORD" || (1...10).contains(ending.count) && ending.contains(where: \.isLetter)
        }
    }

    /// Where it lies on this machine; nil for a volume that only its name is known of.
    ///
    /// - Parameter root: The project's folder.
    func path(from root: String) -> String? {
        source.hasPrefix("/") ? source : kind == .bind ? "\(root)/\(source)" : nil
    }
}
