internal import Basics
internal import Identity
internal import Store
internal import Wire

extension AdminSurface {
    func listAccounts() async throws(GateError) -> AdminAnswer {
        let records = AdminRecords(teams: try await identity.teams())
        return .ok(["accounts": .array(try await identity.accounts().map { records.json($0) })])
    }

    func showAccount(_ name: String) async throws(GateError) -> AdminAnswer { .ok(try await json(account(name))) }

    private func json(_ account: Account) async throws(GateError) -> JSON {
        AdminRecords(teams: try await identity.teams()).json(account)
    }

    func createAccount(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(
            request.body, allowed: ["name", "role", "kind", "teams", "password", "must_change_password"])
        guard let kind = Account.Kind(rawValue: try members.string("kind") ?? "person") else {
            throw AdminMembers.invalid("The kind is person or machine.")
        }
        let account = try await identity.createAccount(
            name: members.required("name"), role: members.role() ?? .user, kind: kind,
            teams: teams(members.strings("teams")), password: members.secret("password"),
            mustChange: members.bool("must_change_password"), by: Self.known(request).actor)
        return .created(try await json(account))
    }

    func importAccounts(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["csv"])
        let made = try await identity.importCSV(members.required("csv"), by: Self.known(request).actor)
        let records = AdminRecords(teams: try await identity.teams())
        let list = made.map { item -> JSON in
            guard case .object(var object) = records.json(item.account) else { return .null }
            object["password"] = item.password.map { .string($0.reveal()) } ?? .null
            return .object(object)
        }
        return .created(["accounts": .array(list)])
    }

    /// One change a request, so that each is whole or not at all.
    func changeAccount(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(
            request.body, allowed: ["name", "role", "teams", "disabled", "password", "must_change_password"])
        let changes = members.names.filter { $0 != "must_change_password" }
        guard changes.count == 1, let change = changes.first, members.has(change),
            change == "password" || !members.has("must_change_password")
        else {
            throw AdminMembers.invalid(
                "Change one thing at a time: name, role, teams, disabled, or password (with must_change_password).")
        }
        let actor = try Self.known(request).actor
        let id = try await account(name).id
        let account: Account
        switch change {
        case "name": account = try await identity.rename(id, to: members.required(change), by: actor)
        case "role":
            guard let role = try members.role() else { throw AdminMembers.invalid("role is missing.") }
            account = try await identity.setRole(id, to: role, by: actor)
        case "teams": account = try await identity.setTeams(id, teams(members.strings(change)), by: actor)
        case "disabled":
            account =
                try await members.bool(change)
                ? identity.disable(id, by: actor) : identity.enable(id, by: actor)
        default:
            account = try await identity.setPassword(
                id, to: Secret(members.required("password")), mustChange: members.bool("must_change_password"),
                by: actor)
        }
        return .ok(try await json(account))
    }

    func removeAccount(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        let id = try await account(name).id
        return .ok(try await json(identity.remove(id, by: Self.known(request).actor)))
    }

    /// Takes an account away with all it has, at once; its name must be written a second time.
    func eraseAccount(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["confirm"])
        let account = try await account(name)
        guard try members.required("confirm") == account.name.text else {
            throw AdminMembers.invalid("confirm must be the account's name, \(account.name.text).")
        }
        _ = try await identity.erase(account.id, by: Self.known(request).actor)
        return .done
    }

    // MARK: Oneself

    func showSelf(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let principal = try Self.known(request)
        if case .console(let uid) = principal.credential {
            return .ok(["name": "console", "role": .string(principal.role.rawValue), "uid": JSON(uid)])
        }
        return .ok(try await json(identity.account(principal.account)))
    }

    /// All sessions of the account end, the caller's too.
    func changeOwnPassword(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let principal = try Self.known(request)
        let members = try AdminMembers(request.body, allowed: ["old", "new"])
        guard case .session = principal.credential else {
            throw AdminMembers.invalid("A password is changed by whoever has logged in with it.")
        }
        try await identity.changePassword(
            principal.account, from: Secret(members.required("old")), to: Secret(members.required("new")),
            address: ClientAddress(request.address))
        return .done
    }

    // MARK: Teams

    func listTeams() async throws(GateError) -> AdminAnswer {
        var counts: [UUID: Int] = [:]
        for team in try await identity.accounts().flatMap(\.teams) { counts[team, default: 0] += 1 }
        let list = try await identity.teams().map { AdminRecords().json($0, members: counts[$0.id] ?? 0) }
        return .ok(["teams": .array(list)])
    }

    func createTeam(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["name"])
        let team = try await identity.createTeam(name: members.required("name"), by: Self.known(request).actor)
        return .created(AdminRecords().json(team, members: 0))
    }

    func renameTeam(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["name"])
        try await identity.renameTeam(
            team(name).id, to: members.required("name"), by: Self.known(request).actor)
        return .done
    }

    func removeTeam(_ request: AdminRequest, _ name: String) async throws(GateError) -> AdminAnswer {
        try await identity.removeTeam(team(name).id, by: Self.known(request).actor)
        return .done
    }
}
