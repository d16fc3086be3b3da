#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum Machine {
  /// Bytes of memory that the machine has.
  static var memory: Int {
    max(1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
  }
}
