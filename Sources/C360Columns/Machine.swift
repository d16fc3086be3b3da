#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine that the process runs on.
public enum Machine {
  /// Processors that are at work; at least one.
  public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Bytes of memory that the process may have: of the machine, of its control group (a container's
  /// bound) and of its address space, the least; nil where the system tells none of them.
  public static let memory: Int? = {
    let bytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return ([bytes > 0 ? bytes : nil, addressSpace] + groupLimits).compactMap { $0 }.min()
  }()

  /// `ulimit -v`; nil without one.
  private static var addressSpace: Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      let code = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #else
      let code = getrlimit(RLIMIT_AS, &limit)
    #endif
    guard code == 0 else { return nil }
    // "Unlimited" is more than fits.
    return Int(exactly: limit.rlim_cur)
  }

  /// Bounds of the control groups of the process and of the one that it sees as the root, versions 1 and 2.
  private static var groupLimits: [Int?] {
    let lines = text("/proc/self/cgroup").split(separator: "\n")
    let paths = lines.compactMap { line -> String? in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      if parts[1].isEmpty { return "\(parts[2])/memory.max" }
      guard parts[1].split(separator: ",").contains("memory") else { return nil }
      return "/memory\(parts[2])/memory.limit_in_bytes"
    }
    let roots = ["/memory.max", "/memory/memory.limit_in_bytes"]
    return (paths + roots).map { path in
      let written = text("/sys/fs/cgroup\(path)")
      // `max` is no number; "no bound" of version 1 is more than any machine has.
      return Int(written.prefix { $0 != "\n" })
    }
  }

  /// The first kilobytes of a small file; empty when there is none.
  private static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
