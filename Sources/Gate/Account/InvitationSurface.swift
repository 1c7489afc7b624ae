internal import Basics
internal import HTTP
internal import Identity
internal import Store
internal import Wire

/// `GET` and `POST /gate/invitation`: makes the account an invitation promises.
///
/// The code stands in the query of the link that people get. The query is never logged nor forwarded, and no `Referer`
/// carries it. A code that is wrong, used, revoked or over gets one and the same answer.
struct InvitationSurface {
    let shared: GateShared

    func answer(_ visit: Visit) async throws {
        switch visit.request.method {
        case .get, .head: try await page(visit)
        case .post: try await redeem(visit)
        default:
            throw Refusal(.methodNotAllowed, .methodNotAllowed, "Use GET or POST here.", ["Allow": "GET, POST"])
        }
    }

    private func page(_ visit: Visit) async throws {
        let codes = visit.query.all(FieldName.code.rawValue)
        guard let code = codes.first.map({ Secret($0) }), !codes[0].isEmpty else {
            return try await send(visit, .ok, InvitationPage())
        }
        guard codes.count == 1, let invitation = try await shared.identity.openInvitation(code) else {
            return try await gone(visit)
        }
        try await send(visit, .ok, InvitationPage(code: code, ends: invitation.expires))
    }

    private func redeem(_ visit: Visit) async throws {
        // A foreign page may not make accounts in a visitor's browser; programs send no Origin.
        if let text = visit.request.fields["Origin"] {
            guard let origin = Origin(text),
                shared.settings.names.accepts(origin: origin, host: visit.host, isSecure: visit.isSecure)
            else {
                throw Refusal(.forbidden, "foreign_origin", "A page of another origin cannot use an invitation here.")
            }
        }
        let body = try await visit.exchange.readBody(limit: 16_384)
        guard let parsed = try? FormURLEncoded(parsing: body.span) else {
            throw Refusal(.badRequest, .invalidArgument, "The form cannot be read.")
        }
        let form = ConsoleForm(parsed)
        let code = Secret(form[.code])
        guard let invitation = try await shared.identity.openInvitation(code) else { return try await gone(visit) }
        var page = InvitationPage(code: code, ends: invitation.expires, name: form[.username])
        let (password, problems) = form.newPassword
        page.problems = problems
        guard problems.isEmpty else { return try await send(visit, .badRequest, page) }
        do {
            let account = try await shared.identity.redeemInvitation(
                code, name: form[.username], password: Secret(password), address: ClientAddress(visit.address))
            try await send(visit, .created, InvitationPage(state: .done(name: account.name.text)))
        } catch let error as GateError {
            switch error.code {
            case .notFound: try await gone(visit)
            case .invalidArgument, .alreadyExists:
                let isName = error.code == .alreadyExists || (try? AccountName(form[.username])) == nil
                page.problems = [FormProblem(error, at: isName ? .username : .newPassword)]
                try await send(visit, .badRequest, page)
            default: throw error
            }
        }
    }

    private func gone(_ visit: Visit) async throws { try await send(visit, .notFound, InvitationPage(state: .gone)) }

    private func send(_ visit: Visit, _ status: Status, _ page: InvitationPage) async throws {
        var fields = PageFields.all
        // The address holds the code: nobody hears more of it than the origin, which a form's Origin needs.
        fields["Referrer-Policy"] = "strict-origin"
        try await visit.respond(status, fields, shared.pages.body(of: page, visit, now: shared.clock()))
    }
}
