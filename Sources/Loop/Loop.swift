// Loop: event loops on epoll, one a thread, each also the executor of a Swift actor.
//
// `EventLoop` is the actor and owns the thread; `Reactor` is what runs on it: descriptors (`Channel`), deadlines
// (`TimerWheel`), one read buffer for all. `Stream` reads and writes a socket, with TLS or without. Blocking work goes to a
// `Lane`. A channel is a plain class that belongs to one loop and is never touched from outside: no lock, no task while idle.
// Read next: `Reactor.swift`, then `HTTP/HTTP.swift`.
