// Wire: HTTP/1.1, WebSocket, server-sent events, multipart, cookies and URLs as rules: bytes to values and back.
//
// Nothing here knows a socket or a clock. `RequestHead` and `ResponseHead` index a message head in place; `ChunkedDecoder`
// walks a chunked body. What is not clearly allowed is refused, because two readers that disagree are a way in.
// Read next: `HTTP/HTTP.swift`, which drives these rules over sockets.
