// The result of an instance's authentication: who has it, who waits for it, when the next login may come. Its state is
// behind a monitor; logins run outside it.

internal import Platform

/// What a login gave. Immutable.
final class Session: Sendable {
    /// The headers for every request.
    let credentials: RequestCredentials
    /// The instance's variables with those of the authentication chain.
    let scope: VariableScope
    /// What must never be shown.
    let secrets: [String]
    /// Finds them in texts.
    let search: SecretSearch
    /// From when on it is not used for another run.
    let expires: MonotonicTime

    init(credentials: RequestCredentials, scope: VariableScope, secrets: [String], expires: MonotonicTime) {
        self.credentials = credentials
        self.scope = scope
        self.secrets = secrets
        search = SecretSearch(secrets)
        self.expires = expires
    }
}

/// How a login went.
struct LoginOutcome: Sendable {
    /// nil when it failed.
    var session: Session?
    /// Why, for people.
    var failure: String
    var exchanges: [RunResult.Exchange]
    var steps: [Trace.Step]
}

/// One login at a time for all runs of an instance (spec 7.1).
final class SessionKeeper: Sendable {
    /// How long after a failed login the next one is tried; also how long after a session was renewed because the CRM
    /// refused it (401) the next refusal is believed. A CRM that refuses everything is not stormed with logins.
    static let backOff = Duration.seconds(5)

    /// What a run has to do.
    enum Step {
        case use(Session)
        case wait(Waiter<Wait>)
        /// The run that starts the login; `expired` when there was a session before.
        case start(Waiter<Wait>, expired: Bool)
        case backOff(String)
    }

    enum Wait: Sendable {
        case done(LoginOutcome)
        case late
        case cancelled
    }

    private enum Phase {
        case none
        case open(Session)
        case running([Waiter<Wait>])
        case failed(String, until: MonotonicTime)
    }

    private struct State {
        var phase = Phase.none
        /// When a session was last renewed because it was refused.
        var lastRenewal: MonotonicTime?
    }

    private let clock: Clock
    private let state = Monitor(State())

    init(clock: Clock) { self.clock = clock }

    /// What to do for a session.
    /// - Parameter refused: the session that the CRM did not accept (401): any other is as good as new.
    func step(refused: Session?) -> Step {
        let now = clock.monotonic()
        return state.withLock { state in
            switch state.phase {
            case .none:
                return Self.start(&state, expired: false)
            case .open(let session):
                if let refused, session === refused {
                    state.lastRenewal = now
                    return Self.start(&state, expired: false)
                }
                return session.expires > now ? .use(session) : Self.start(&state, expired: true)
            case .running(let waiters):
                let waiter = Waiter<Wait>()
                state.phase = .running(waiters + [waiter])
                return .wait(waiter)
            case .failed(let why, let until):
                return until > now ? .backOff(why) : Self.start(&state, expired: false)
            }
        }
    }

    /// Whether a session that was refused may be renewed: not when it has just been.
    func mayRenew(_ session: Session) -> Bool {
        let now = clock.monotonic()
        return state.withLock { state in
            guard case .open(let current) = state.phase, current === session, let last = state.lastRenewal else {
                return true
            }
            return last + Self.backOff <= now
        }
    }

    /// Tells everybody who waits how the login went.
    func finish(_ outcome: LoginOutcome) {
        let now = clock.monotonic()
        let waiters = state.withLock { state -> [Waiter<Wait>] in
            guard case .running(let waiters) = state.phase else { return [] }
            if let session = outcome.session {
                state.phase = .open(session)
            } else {
                state.phase = .failed(outcome.failure, until: now + Self.backOff)
            }
            return waiters
        }
        for waiter in waiters { waiter.resume(.done(outcome)) }
    }

    private static func start(_ state: inout State, expired: Bool) -> Step {
        let waiter = Waiter<Wait>()
        state.phase = .running([waiter])
        return .start(waiter, expired: expired)
    }
}
