// HTTP: servers and clients made of `Wire`'s rules and `Loop`'s sockets.
//
// A server is one `HTTPServer` a loop. Each `ServerConnection` is a state machine without a task: it reads heads, asks the
// application what to do, and either makes an `Exchange`, which a task answers, or a `Forward`, which moves bytes to an
// upstream and back. `UpstreamPool` keeps connections to one upstream; `HTTPClient` is its asynchronous face. `WebSocket`
// speaks RFC 6455 at either end. Limits stand in `ServerLimits` and `UpstreamOptions`.
// Read next: `Server/ServerConnection.swift`, then `Gate/Gate.swift`.
