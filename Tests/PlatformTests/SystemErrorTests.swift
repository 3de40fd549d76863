import Glibc
import Platform
import Testing

@Suite struct SystemErrorTests {
    @Test("the description names the call, what it was about, and the system's reason")
    func description() {
        #expect(
            SystemError(code: EADDRINUSE, operation: "bind", context: "127.0.0.1:80").description
                == "bind 127.0.0.1:80: Address already in use")
        #expect(SystemError(code: EAGAIN, operation: "pthread_create").reason == "Resource temporarily unavailable")
        #expect(SystemError(code: 0, operation: "none").description == "none: Success")
        #expect(SystemError(code: 99_999, operation: "odd").description.hasPrefix("odd: "))
    }

    @Test("the last error is the one of the call before")
    func last() {
        #expect(close(-1) == -1)
        let error = SystemError.last("close")
        #expect(error == SystemError(code: EBADF, operation: "close"))
    }
}
