internal import Basics
internal import Fleet
internal import HTTP
internal import Identity
internal import Wire

extension NativeSurface {
    /// `/ws`: the account's own events.
    func events(_ visit: Visit) async throws {
        guard let principal = visit.principal else { throw Refusal.unauthenticated }
        guard visit.request.wantsUpgrade else {
            throw Refusal(.badRequest, .invalidArgument, "A WebSocket upgrade was expected here.")
        }
        let clients = visit.query.all("clientId")
        guard clients.count <= 1 else { throw Refusal(.badRequest, .invalidArgument, "clientId is given twice.") }
        let named = clients.first ?? ""
        guard named.utf8.count <= 128, named.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw Refusal(
                .badRequest, .invalidArgument, "clientId must have at most 128 bytes and no control characters.")
        }
        // ComfyUI makes up 32 hexadecimal digits for who names none.
        let id = named.isEmpty ? Hex.encode(RandomBytes.make(16)) : named
        guard let budget = budgets.take(.eventSocket, principal.account) else {
            // The new one is refused and not the oldest ended: a browser opens its socket again at once, so two tabs would
            // push each other out for ever.
            throw Refusal.tooMany(.eventSocket)
        }
        let (fleet, body) = (fleet, shared.settings.body)
        let socket = EventSocket(sockets.nextNumber(), principal, clientID: id, in: sockets, budget) {
            fleet.catalogue.map { GateFeatures.of($0, body: body) } ?? JSONObject()
        }
        do {
            socket.begin(try await visit.exchange.upgradeToWebSocket(options: Self.socketOptions, handler: socket))
        } catch {
            budget.giveBack(.eventSocket)
            // An answer has been given; it is not for the caller to give another.
            return
        }
        guard socket.isOpen else { return }
        sockets.add(socket)
        fleet.attach(account: principal.account, socket: socket.number, clientID: id)
    }

    private static let socketOptions: WebSocket.Options = {
        var options = WebSocket.Options()
        // Clients send one small message: their feature flags.
        options.messageLimit = 65_536
        return options
    }()
}
