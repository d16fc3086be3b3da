import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// A reader that closes the pipe early ends a write, not the program in the middle of its outputs.
signal(SIGPIPE, SIG_IGN)
// So does a limit of the size of files.
signal(SIGXFSZ, SIG_IGN)
exit(Command.main(Array(CommandLine.arguments.dropFirst())))
