#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine that the process runs on.
public enum Machine {
  /// Processors that are at work; at least one.
  public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Bytes of memory; nil where the system does not tell.
  public static var memory: Int? {
    let bytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return bytes > 0 ? bytes : nil
  }
}
