internal import Basics
internal import Store

/// What must hold between values; each rule sees the whole configuration and its origins.
struct ConfigurationRules {
    /// `sun_path` of unix(7) without its NUL.
    static let longestSocketPath = 107
    static let longestMigration = 90

    private let configuration: Configuration
    private let origins: [String: ConfigurationOrigin]
    private let now: Timestamp
    private var problems: [ConfigurationProblem] = []
    private var warnings: [ConfigurationProblem] = []

    init(_ configuration: Configuration, _ origins: [String: ConfigurationOrigin], now: Timestamp) {
        (self.configuration, self.origins, self.now) = (configuration, origins, now)
    }

    func judge(_ problems: inout [ConfigurationProblem], _ warnings: inout [ConfigurationProblem]) {
        var rules = self
        rules.judgeListening()
        rules.judgePairs()
        rules.judgeServices()
        rules.judgePolicies()
        rules.judgeMigration()
        rules.judgeOrder()
        problems += rules.problems
        warnings += rules.warnings
    }

    private mutating func judgeListening() {
        let reachable = configuration.listen.addresses.filter { !$0.isLoopback }
        if let first = reachable.first, !configuration.tls.isOn, configuration.listen.plain == nil {
            let words = ConfigurationMessages.plainReachable(["address": "\(first)"])
            add("listen.addresses", words, ConfigurationMessages.plainRemedy())
        }
        // The console makes administrators: a trusted network is not reason enough.
        if let first = configuration.console.addresses.first(where: { !$0.isLoopback }), !configuration.tls.isOn,
            configuration.listen.plain != .container
        {
            let words = ConfigurationMessages.plainReachable(["address": "\(first)"])
            add("console_listen.addresses", words, ConfigurationMessages.consoleRemedy())
        }
        var seen: Set<ListenAddress> = []
        for (key, addresses) in [
            ("listen.addresses", configuration.listen.addresses),
            ("console_listen.addresses", configuration.console.addresses),
        ] {
            for address in addresses where address.port != 0 && !seen.insert(address).inserted {
                add(
                    key, ConfigurationMessages.addressTwice(["address": "\(address)"]),
                    ConfigurationMessages.takeOther())
            }
        }
        for url in configuration.publicURLs where !url.path.isEmpty {
            add("public_url", ConfigurationMessages.urlPath(["value": "\(url)"]), ConfigurationMessages.useBasePath())
        }
        for url in configuration.console.publicURLs {
            if !url.path.isEmpty {
                add(
                    "console_listen.public_url", ConfigurationMessages.urlPath(["value": "\(url)"]),
                    ConfigurationMessages.leavePathOut())
            }
            if configuration.publicURLs.contains(where: { $0.isSameOrigin(as: url) }) {
                add(
                    "console_listen.public_url", ConfigurationMessages.sameOrigin(["value": "\(url)"]),
                    ConfigurationMessages.otherOrigin())
            }
        }
        if configuration.proxyProtocol, configuration.trustedProxies.isEmpty {
            add("proxy_protocol", ConfigurationMessages.proxyUnknown(), ConfigurationMessages.setProxies())
        }
        judgeSocket("console_listen.socket", configuration.consoleSocket)
        judgeSocket("worker.unix", configuration.worker.unix)
    }

    private mutating func judgePairs() {
        let worker = configuration.worker
        pair(("tls.certificate", configuration.tls.certificate), ("tls.key", configuration.tls.key))
        pair(("worker.client_certificate", worker.clientCertificate), ("worker.client_key", worker.clientKey))
        guard worker.url?.isSecure != true else { return }
        for (key, value) in [("worker.ca", worker.authority), ("worker.client_certificate", worker.clientCertificate)]
        where value != nil {
            add(key, ConfigurationMessages.onlySecure(["key": "worker.url"]), ConfigurationMessages.useSecure())
        }
    }

    private mutating func judgeServices() {
        var places: [String: String] = [:]
        for service in configuration.services {
            let prefix = "services.\(service.name)"
            // What was given but does not fit was reported where it was read.
            let wasGiven = { [origins] (key: String) in origins["\(prefix).\(key)"] != nil }
            if (service.path == nil) == (service.host == nil) {
                guard service.host != nil || !wasGiven("path") && !wasGiven("host") else { continue }
                add(prefix, ConfigurationMessages.serviceWhere(), ConfigurationMessages.giveOne())
            } else if let other = places.updateValue(service.name, forKey: service.path ?? service.host ?? "") {
                add(
                    prefix, ConfigurationMessages.serviceTwice(["other": "services.\(other)"]),
                    ConfigurationMessages.chooseOther())
            }
            if service.upstream == nil, !wasGiven("upstream") {
                add(prefix, ConfigurationMessages.serviceUpstream(), ConfigurationMessages.writeURL())
            }
            judgeSocket("\(prefix).unix", service.unix)
            pair(
                ("\(prefix).credential.header", service.credentialHeader),
                ("\(prefix).credential.value_file", service.credential.map { _ in "" }))
        }
    }

    private mutating func judgePolicies() {
        let all = configuration.policies
        guard let open = all.firstIndex(where: { $0.roles.isEmpty && $0.teams.isEmpty }) else { return }
        for policy in all[(open + 1)...] {
            add(
                "policies.\(policy.name)", ConfigurationMessages.policyHidden(["other": "policies.\(all[open].name)"]),
                ConfigurationMessages.policyEarlier())
        }
    }

    private mutating func judgeMigration() {
        let migration = configuration.migration
        let latest = now.advanced(bySeconds: Int64(Self.longestMigration) * 86_400)
        guard let until = migration.until else {
            if migration.password != nil {
                let remedy = ConfigurationMessages.migrationRemedy(["day": String(latest.rfc3339.prefix(10))])
                add("migration.password_file", ConfigurationMessages.migrationEnd(), remedy)
            }
            return
        }
        if until > latest {
            let remedy = ConfigurationMessages.migrationRemedy(["day": String(latest.rfc3339.prefix(10))])
            add("migration.until", ConfigurationMessages.migrationEnd(), remedy)
        } else if until < now {
            warnings.append(
                problem(
                    "migration.until", ConfigurationMessages.migrationOver(), ConfigurationMessages.removeMigration()))
        }
    }

    private mutating func judgeOrder() {
        let limits = configuration.limits
        ordered(
            "session.idle", configuration.session.idle, "session.absolute", configuration.session.absolute, \.spelled)
        ordered("limits.target", limits.target, "limits.head", limits.head, \.description)
        ordered("limits.prompt_body", limits.promptBody, "limits.body", limits.body, \.description)
        ordered("limits.per_address", limits.perAddress, "limits.connections", limits.connections, \.description)
        for policy in configuration.policies {
            if let day = policy.quota.day.jobs, let month = policy.quota.month.jobs {
                ordered(
                    "policies.\(policy.name).jobs.per_day", day, "policies.\(policy.name).jobs.per_month", month,
                    \.description)
            }
        }
        ordered("limits.request_rate", limits.requestRate, "limits.request_burst", limits.requestBurst, \.description)
    }

    /// The first must not be larger; said at the one that somebody chose.
    private mutating func ordered<Value: Comparable>(
        _ smaller: String, _ low: Value, _ larger: String, _ high: Value, _ spell: (Value) -> String
    ) {
        guard low > high else { return }
        let arguments: KeyValuePairs = ["key": larger, "value": spell(high)]
        let origin = origins[smaller] ?? origins[larger] ?? .builtIn
        problems.append(
            ConfigurationProblem(
                smaller, origin, ConfigurationMessages.notAbove(arguments), ConfigurationMessages.changeOne()))
    }

    private mutating func pair(_ first: (key: String, value: String?), _ second: (key: String, value: String?)) {
        guard (first.value == nil) != (second.value == nil) else { return }
        let (present, absent) = first.value == nil ? (second.key, first.key) : (first.key, second.key)
        add(present, ConfigurationMessages.needs(["key": absent]), ConfigurationMessages.addKey())
    }

    private mutating func judgeSocket(_ key: String, _ path: String?) {
        guard let path, path.utf8.count > Self.longestSocketPath else { return }
        let words = ConfigurationMessages.socketLong(["limit": "\(Self.longestSocketPath)"])
        add(key, words, ConfigurationMessages.shorterPath())
    }

    private mutating func add(_ key: String, _ what: Phrase, _ remedy: Phrase) {
        problems.append(problem(key, what, remedy))
    }

    private func problem(_ key: String, _ what: Phrase, _ remedy: Phrase) -> ConfigurationProblem {
        ConfigurationProblem(key, origins[key] ?? .builtIn, what, remedy)
    }
}
