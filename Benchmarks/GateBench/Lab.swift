internal import CBench
internal import CLinux
internal import Glibc

/// A proxy under test: its process, and where it listens.
struct Proxy {
    let name: String
    let child: Child
    let port: UInt16
    var tls: ClientTLS?
}

/// The temporary folder and every process of one run.
final class Lab {
    let options: Options
    let folder: String
    let tokens: [String]
    let upstreamPort: UInt16
    /// The bench itself.
    let program: String
    private var children: [Child] = []
    private var count = 0
    private var usedPorts: Set<UInt16> = []
    private var hasCertificate = false

    /// Starts the upstream; from here on this thread stays on core 0.
    init(_ options: Options, program: String) throws(BenchError) {
        (self.options, self.program) = (options, program)
        folder = try Files.makeTemporaryFolder()
        tokens = Seed.makeTokens(1_000)
        let port = try Self.freePort(except: [])
        upstreamPort = port
        usedPorts.insert(port)
        try Files.write(tokens.joined(separator: "\n"), to: folder + "/tokens")
        var nginx = ""
        var haproxy = ""
        for (number, token) in tokens.enumerated() {
            nginx += "\"Bearer \(token)\" user-\(number % 100);\n"
            haproxy += "\(Digests.uppercaseSHA256(token)) user-\(number % 100)\n"
        }
        try Files.write(nginx, to: folder + "/tokens.nginx")
        try Files.write(haproxy, to: folder + "/tokens.haproxy")
        bench_pin(0)
        let arguments = ["upstream", String(port), folder + "/tokens"]
        let upstream = try Child("upstream", program, arguments, core: 0, output: folder + "/upstream.log")
        children.append(upstream)
        try waitUntil("the upstream", upstream) { () throws(BenchError) in
            try IdleClients.ask(Connection(port: port), Self.request(port), Workload.small.expected)
        }
    }

    /// Ends every process, by its id, and takes the folder away.
    func end() {
        for child in children.reversed() { child.end() }
        if options.keepsFolder { print("kept: \(folder)") } else { Files.remove(folder) }
    }

    func end(_ proxy: Proxy) { proxy.child.end() }

    // MARK: Proxies

    /// - Parameters:
    ///   - core: Nil to leave both cores to it.
    ///   - environment: More variables, as for a counting allocator.
    ///   - worker: The port of a simulated worker; without one it has none that it could use.
    ///   - jobs: What the first account has in the store already.
    func startGate(
        _ name: String = "gate", binary: String? = nil, loops: Int = 1, tls: Bool = false, core: Int? = 1,
        environment: [String] = [], worker: UInt16? = nil, jobs: JobRows? = nil
    ) throws(BenchError) -> Proxy {
        let place = try makePlace(name)
        let seeding = try Child(
            "seed", program,
            ["seed", place + "/data", folder + "/tokens"] + (jobs.map { [$0.kind.rawValue, String($0.count)] } ?? []),
            core: nil, output: place + "/seed.log")
        children.append(seeding)
        try seeding.wait(seconds: 300)
        guard let answer = Files.text(place + "/seed.log"), answer.contains("seeded") else {
            throw BenchError("the data folder could not be filled: \(seeding.lastWords)")
        }
        var values = ["LOOPS": String(loops), "CONSOLE": String(try takePort())]
        values["WORKER"] = String(worker ?? upstreamPort)
        if tls {
            try makeCertificate()
            values["TLS"] = "tls: {certificate: \(folder)/certificate.pem, key: \(folder)/key.pem, minimum: \"1.3\"}"
        }
        let port = try takePort()
        let file = try fill("comfygate.yaml", in: place, port: port, values)
        let child = try Child(
            name, binary ?? options.gate, ["serve", "--config", file], environment: environment, core: core,
            output: place + "/output.log")
        children.append(child)
        let proxy = Proxy(name: name, child: child, port: port, tls: tls ? try ClientTLS() : nil)
        try waitUntil(name, child) { () throws(BenchError) in
            let connection = try Connection(port: port, tls: proxy.tls)
            try connection.shakeHandsBlocking()
            try IdleClients.ask(connection, Self.request(port, "/health"), .init(status: 200, bytes: nil))
        }
        guard worker != nil else { return proxy }
        // Until it knows what the worker can do, it takes no prompts.
        try waitUntil(name, child) { () throws(BenchError) in
            let client = try Client(proxy, token: tokens[0])
            try client.get("/object_info/KSampler")
        }
        return proxy
    }

    /// A simulated worker on core 0, where everything is that is not under test.
    func startWorker(_ kind: BenchWorker.Kind) throws(BenchError) -> Proxy {
        let place = try makePlace("worker-\(kind.rawValue)")
        let port = try takePort()
        let child = try Child(
            "worker", program, ["worker", String(port), kind.rawValue], core: 0, output: place + "/output.log")
        children.append(child)
        let worker = Proxy(name: "worker", child: child, port: port)
        try waitUntil("the worker", child) { () throws(BenchError) in
            try Client(worker, token: "").get("/system_stats")
        }
        return worker
    }

    /// The folder of a gate or a peer.
    func place(of proxy: Proxy) -> String { String(proxy.child.output.dropLast("/output.log".count)) }

    /// The gate's configuration and data of a gate that was started before, for starting it once more.
    func restartGate(_ gate: Proxy, core: Int?) throws(BenchError) -> Proxy {
        let place = place(of: gate)
        let child = try Child(
            gate.name, options.gate, ["serve", "--config", place + "/comfygate.yaml"], core: core,
            output: gate.child.output)
        children.append(child)
        return Proxy(name: gate.name, child: child, port: gate.port, tls: gate.tls)
    }

    enum Peer: String {
        /// Those that answer everything the upstream does.
        static let proxies: [Peer] = [.haproxyMap, .nginxMap, .nginxAuth, .caddy]
        case haproxyMap = "haproxy-map"
        case nginxMap = "nginx-map"
        case nginxAuth = "nginx-auth"
        case caddy = "caddy"
        /// Serves files of its folder itself.
        case nginxFiles = "nginx-files"
    }

    /// A peer on core 1, or nil when it is not installed.
    func start(_ peer: Peer, tls: Bool = false) throws(BenchError) -> Proxy? {
        let programs: [Peer: (String, String)] = [
            .haproxyMap: ("haproxy", "haproxy-map.cfg"), .nginxMap: ("nginx", "nginx-map.conf"),
            .nginxAuth: ("nginx", "nginx-auth.conf"), .caddy: ("caddy", "caddy.conf"),
            .nginxFiles: ("nginx", "nginx-files.conf"),
        ]
        guard let (name, template) = programs[peer], let path = Files.program(name) else { return nil }
        let title = peer.rawValue + (tls ? "-tls" : "")
        let place = try makePlace(title)
        var values: [String: String] = [:]
        if tls {
            try makeCertificate()
            if peer == .haproxyMap {
                values["TLS"] = "ssl crt \(folder)/both.pem"
            } else {
                values["TLS"] = "ssl"
                values["CERTIFICATE"] =
                    "ssl_certificate \(folder)/certificate.pem; ssl_certificate_key \(folder)/key.pem; "
                    + "ssl_protocols TLSv1.3;"
            }
        }
        let port = try takePort()
        let file = try fill(template, in: place, port: port, values)
        let arguments =
            switch peer {
            case .haproxyMap: ["-db", "-f", file]
            case .nginxMap, .nginxAuth, .nginxFiles: ["-p", place, "-c", file]
            case .caddy: ["run", "--adapter", "caddyfile", "--config", file]
            }
        let child = try Child(
            title, path, arguments,
            environment: peer == .caddy ? ["GOMAXPROCS=1", "XDG_DATA_HOME=\(place)", "XDG_CONFIG_HOME=\(place)"] : [],
            core: 1, output: place + "/output.log")
        children.append(child)
        let proxy = Proxy(name: title, child: child, port: port, tls: tls ? try ClientTLS() : nil)
        try waitUntil(title, child) { () throws(BenchError) in
            let connection = try Connection(port: port, tls: proxy.tls)
            try connection.shakeHandsBlocking()
            try IdleClients.ask(connection, Self.request(port), .init(status: 401, bytes: nil))
        }
        if peer != .nginxFiles { try check(proxy) }
        return proxy
    }

    /// Whether a proxy does its work: the right answer for a known token, none without one or with another.
    func check(_ proxy: Proxy, bodies: Bool = false) throws(BenchError) {
        do throws(BenchError) {
            try ask(proxy, "/bench/small", tokens[7], Workload.small.expected)
            try ask(proxy, "/bench/small", tokens[8] + "x", .init(status: 401, bytes: nil))
            try ask(proxy, "/bench/small", Seed.makeTokens(1)[0], .init(status: 401, bytes: nil))
            try ask(proxy, "/bench/small", nil, .init(status: 401, bytes: nil))
            guard bodies else { return }
            let answer = try ask(proxy, "/bench/view", tokens[9], .init(status: 200, bytes: Upstream.viewBytes))
            guard answer.suffix(Upstream.viewBytes).elementsEqual(Pattern.bytes(Upstream.viewBytes)) else {
                throw BenchError("the body's bytes differ")
            }
        } catch { throw BenchError("\(proxy.name) does not do its work: \(error.message)") }
    }

    @discardableResult
    private func ask(
        _ proxy: Proxy, _ path: String, _ token: String?, _ expected: AnswerReader.Expectation
    ) throws(BenchError) -> [UInt8] {
        let connection = try Connection(port: proxy.port, tls: proxy.tls)
        try connection.shakeHandsBlocking()
        var bank = RequestBank(path: path, tokens: token.map { [$0] } ?? [], port: proxy.port)
        return try IdleClients.ask(connection, bank.take(), expected)
    }

    // MARK: Parts

    /// Starts a helper, such as strace, that ends with the run.
    func startTool(
        _ name: String, _ path: String, _ arguments: [String], environment: [String] = [], core: Int? = 0
    ) throws(BenchError) -> Child {
        let place = try makePlace(name)
        let child = try Child(
            name, path, arguments, environment: environment, core: core, output: place + "/output.log")
        children.append(child)
        return child
    }

    static func request(_ port: UInt16, _ path: String = "/bench/small") -> [UInt8] {
        var bank = RequestBank(path: path, tokens: [], port: port)
        return bank.take()
    }

    func waitUntil(
        _ name: String, _ child: Child, _ isReady: () throws(BenchError) -> Void
    ) throws(BenchError) {
        let limit = Clock.now() + 60_000_000_000
        while true {
            do { return try isReady() } catch {
                guard Clock.now() < limit, !child.hasEnded else {
                    throw BenchError("\(name) does not answer: \(error.message)\n\(child.lastWords)")
                }
                try Clock.sleep(milliseconds: 20)
            }
        }
    }

    private func makePlace(_ name: String) throws(BenchError) -> String {
        count += 1
        let place = "\(folder)/\(count)-\(name)"
        try Files.makeFolder(place)
        return place
    }

    /// Fills a template's `@NAME@` places.
    private func fill(
        _ template: String, in place: String, port: UInt16, _ values: [String: String]
    ) throws(BenchError) -> String {
        guard let text = Files.text("\(options.peers)/\(template)") else {
            throw BenchError("\(options.peers)/\(template) cannot be read")
        }
        var values = values
        values["PORT"] = String(port)
        values["UPSTREAM"] = String(upstreamPort)
        values["FOLDER"] = place
        var out = ""
        for (index, part) in text.split(separator: "@", omittingEmptySubsequences: false).enumerated() {
            out += index % 2 == 0 ? String(part) : values[String(part)] ?? ""
        }
        // The lists of tokens are the same for all and lie one folder above.
        out = out.replacing("\(place)/tokens", with: "\(folder)/tokens")
        let file = "\(place)/\(template)"
        try Files.write(out, to: file)
        return file
    }

    private func takePort() throws(BenchError) -> UInt16 {
        let port = try Self.freePort(except: usedPorts)
        usedPorts.insert(port)
        return port
    }

    private static func freePort(except used: Set<UInt16>) throws(BenchError) -> UInt16 {
        for _ in 0..<100 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var size = UInt32(MemoryLayout<sockaddr_in>.size)
            let done = unsafe withUnsafeMutableBytes(of: &address) {
                unsafe gate_bind(descriptor, $0.baseAddress, size) == 0
                    && gate_socket_name(descriptor, $0.baseAddress, &size) == 0
            }
            let port = UInt16(bigEndian: address.sin_port)
            if done, !used.contains(port) { return port }
        }
        throw BenchError("no port is free")
    }

    /// A self-signed certificate, ECDSA P-256, for a day.
    private func makeCertificate() throws(BenchError) {
        guard !hasCertificate else { return }
        guard let openssl = Files.program("openssl") else { throw BenchError("the openssl command is not installed") }
        let child = try startTool(
            "openssl", openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder + "/key.pem",
                "-out", folder + "/certificate.pem",
            ])
        try child.wait(seconds: 20)
        guard let certificate = Files.text(folder + "/certificate.pem"), let key = Files.text(folder + "/key.pem")
        else { throw BenchError("no certificate: \(child.lastWords)") }
        try Files.write(certificate + key, to: folder + "/both.pem")
        hasCertificate = true
    }
}

/// The body of large answers; the same as `bench_memory_file` writes.
enum Pattern {
    static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
    }
}
