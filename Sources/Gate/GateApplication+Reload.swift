internal import HTTP
internal import Identity
internal import Loop

extension GateApplication {
    /// Goes on with other settings; requests under way end with what they began with.
    ///
    /// - Parameter kept: For each new service the index of the old one that is the same and stays, connections included.
    func reload(_ shared: GateShared, kept: [Int?], resolver: Resolver) {
        self.shared = shared
        native.shared = shared
        watch.shared = shared
        budgets.limits = shared.settings.accountLimits
        account = AccountSurface(shared: shared)
        reader = CredentialReader(cookieName: shared.settings.cookie.name)
        let old = services
        services = zip(shared.settings.services, kept).map { options, index in
            index.map { old[$0] } ?? ServiceSurface(options, reactor: reactor, resolver: resolver)
        }
        lane = ServiceLane(services, shared.settings)
        for index in old.indices where !kept.contains(index) { old[index].retire() }
    }
}
