// Gate: the HTTP application in front of the workers. One folder for each surface.
//
// `GateServer` starts the loops and listeners and owns what they share. Each loop has one `GateApplication`, which asks the
// same questions of every request, in this order: is this host ours (`PublicNames`), which route is it (`RouteTable`, deny
// by default), who is it (`Credentials`), may they (`Identity.Policy`), did a page of ours ask (`PublicNames` again, for
// cookies). Only then a surface answers: `Native/` speaks for the worker, `Account/` logs people in, `Services/` forwards to
// other servers, `Web/` renders pages, `Operation/` answers health and metrics; `Limits/` counts what accounts use. Administration lives elsewhere: `Admin/` is all of it as JSON questions, `Console/`
// asks them on a loop, listeners and a Unix socket of its own, where no worker's JavaScript runs; the command line asks them
// too. Read next: `GateApplication.swift`, then `Native/NativeRoutes.swift`.
