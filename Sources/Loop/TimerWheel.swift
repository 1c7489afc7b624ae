/// Something with a deadline; a base class, so that a connection needs no extra object for its time-outs.
open class Deadline {
    /// Milliseconds of the loop's clock; 0 means none.
    @safe @exclusivity(unchecked) fileprivate(set) var due: UInt64 = 0
    @safe @exclusivity(unchecked) fileprivate var slot: Int32 = -1
    /// What `due` was when the item came into its slot.
    @safe @exclusivity(unchecked) fileprivate var linkedDue: UInt64 = 0
    /// Its life is over: a deadline set now would outlive it, so none is taken any more.
    @safe @exclusivity(unchecked) fileprivate var isRetired = false
    // The wheel's lists; the loop keeps every armed object alive by other means (`Reactor` or its owner).
    fileprivate unowned(unsafe) var previous: Deadline?
    fileprivate unowned(unsafe) var next: Deadline?

    public init() {}

    /// Called on the loop when the deadline has passed; the deadline is cleared before.
    open func deadlineReached() {}

    public final var hasDeadline: Bool { due != 0 }
}

/// Deadlines in 1,024 slots of 64 ms: setting, moving and clearing cost O(1) and no allocation.
///
/// A deadline that moves later, or is cleared, stays in its old slot until that comes up, so the usual case, a connection
/// that clears its time-out at each request and sets it anew, is two stores. Deadlines fire up to 64 ms late, never early.
@safe final class TimerWheel {
    private static let slotCount = 1_024
    private static let tick: UInt64 = 64
    // Heads of doubly linked lists; unowned because the wheel owns nobody.
    private var slots: [Unmanaged<Deadline>?] = unsafe Array(repeating: nil, count: slotCount)
    @safe @exclusivity(unchecked) private var current: UInt64
    @safe @exclusivity(unchecked) private(set) var armed = 0

    init(now: UInt64) { current = now / Self.tick }

    /// Sets or moves a deadline.
    func set(_ item: Deadline, at due: UInt64) {
        guard !item.isRetired else { return }
        let due = max(due, 1)
        if item.slot >= 0 {
            if due >= item.linkedDue {
                item.due = due
                return
            }
            unlink(item)
        }
        item.due = due
        link(item)
    }

    func clear(_ item: Deadline) { item.due = 0 }

    /// Clears a deadline and takes no other for the same object, whose life may end now.
    func retire(_ item: Deadline) {
        item.due = 0
        if item.slot >= 0 { unlink(item) }
        item.isRetired = true
    }

    /// Milliseconds until the wheel must look again, or nil when it holds nothing.
    func wait(now: UInt64) -> UInt64? {
        guard armed > 0 else { return nil }
        var tick = current
        // At most once around: an item far ahead is looked at when its slot comes up.
        for _ in 0..<Self.slotCount {
            if unsafe slots[Int(tick % UInt64(Self.slotCount))] != nil { break }
            tick += 1
        }
        let at = (tick + 1) * Self.tick
        return at > now ? at - now : 0
    }

    /// Fires what is due.
    func advance(to now: UInt64) {
        let target = now / Self.tick
        guard armed > 0 else {
            current = max(current, target)
            return
        }
        // More than one turn behind, as after the machine slept: each slot once is enough.
        if target > current + UInt64(Self.slotCount) { current = target - UInt64(Self.slotCount) }
        while current < target {
            let index = Int(current % UInt64(Self.slotCount))
            current += 1
            drain(index, now: now)
        }
    }

    private func drain(_ index: Int, now: UInt64) {
        // The list is taken whole, because items that are not due yet may come back into the same slot.
        var due: [Deadline] = []
        while let head = unsafe slots[index] {
            let item = unsafe head.takeUnretainedValue()
            unlink(item)
            due.append(item)
        }
        for item in due where item.due != 0 && item.slot < 0 {
            if item.due <= now {
                item.due = 0
                item.deadlineReached()
            } else {
                link(item)
            }
        }
    }

    private func link(_ item: Deadline) {
        let tick = max(item.due / Self.tick, current)
        let index = Int(tick % UInt64(Self.slotCount))
        item.slot = Int32(index)
        item.linkedDue = item.due
        unsafe item.previous = nil
        let head = unsafe slots[index]?.takeUnretainedValue()
        unsafe item.next = head
        unsafe head?.previous = item
        unsafe slots[index] = Unmanaged.passUnretained(item)
        armed += 1
    }

    private func unlink(_ item: Deadline) {
        let previous = unsafe item.previous
        let next = unsafe item.next
        if let previous {
            unsafe previous.next = next
        } else {
            unsafe slots[Int(item.slot)] = next.map { unsafe Unmanaged.passUnretained($0) }
        }
        unsafe next?.previous = previous
        unsafe item.previous = nil
        unsafe item.next = nil
        item.slot = -1
        armed -= 1
    }
}
