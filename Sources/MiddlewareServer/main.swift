// The process: options in, one server up, signals until the end.

import Glibc
import ServerProcess

exit(
    ServerProgram.run(
        Array(CommandLine.arguments.dropFirst()), options: MiddlewareSettings.options, settings: MiddlewareSettings.init
    ) { settings throws(StartFailure) in try RunningServer(settings).process })
