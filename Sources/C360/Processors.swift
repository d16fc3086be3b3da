#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Session {
  /// Processors that are at work.
  public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
