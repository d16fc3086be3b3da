// swift-tools-version: 6.1
import PackageDescription

// `C360_ARROW=0` leaves Arrow C++ out: the language, CSV and JSON lines still work.
// The file itself is not probed here, because SwiftPM caches evaluated manifests.
let withArrow = Context.environment["C360_ARROW"] != "0"

let arrowTargets: [Target] =
  withArrow
  ? [
    .systemLibrary(
      name: "CArrow", pkgConfig: Context.packageDirectory + "/.deps/pkgconfig/c360-arrow.pc"),
    .target(name: "CArrowShim", dependencies: ["CArrow"]),
    .target(
      name: "C360Arrow",
      dependencies: ["C360Columns", "C360Diagnostics", "CArrowABI", "CArrowShim"]),
    .testTarget(name: "C360ArrowTests", dependencies: ["C360Arrow"]),
  ] : []
let arrowDependency: [Target.Dependency] = withArrow ? ["C360Arrow"] : []

let package = Package(
  name: "c360",
  products: [
    .library(name: "C360", targets: ["C360"]),
    .executable(name: "c360", targets: ["c360"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
  ],
  targets: [
    // The pipeline, left to right; each target imports only what stands above it.
    .target(name: "C360Diagnostics"),
    .target(name: "C360Syntax", dependencies: ["C360Diagnostics"]),
    .target(name: "C360Models"),
    .target(name: "C360Semantics", dependencies: ["C360Syntax", "C360Models"]),
    .target(name: "CArrowABI"),
    .target(name: "C360Columns", dependencies: ["CArrowABI"]),
    .target(name: "C360Display", dependencies: ["C360Columns", "C360Diagnostics"]),
    .target(name: "C360Plan", dependencies: ["C360Columns", "C360Models"]),
    .target(name: "C360Lowering", dependencies: ["C360Semantics", "C360Plan"]),
    .target(name: "CKernels"),
    .target(name: "C360Engine", dependencies: ["C360Plan", "CKernels"]),
    .target(name: "C360Allocation", dependencies: ["CKernels"]),
    .target(name: "C360Decisions", dependencies: ["C360Engine", "C360Allocation"]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "C360IO",
      dependencies: ["C360Columns", "C360Diagnostics", "CArrowABI", "CZlib"] + arrowDependency,
      swiftSettings: withArrow ? [.define("C360_ARROW")] : []),
    .target(name: "C360Reference", dependencies: ["C360Semantics"]),
    .target(
      name: "C360",
      dependencies: [
        "C360Lowering", "C360Decisions", "C360Display", "C360IO",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "C360Synth", dependencies: ["C360Columns", "C360Diagnostics", "C360IO", "CKernels"]),
    .target(name: "C360REPL", dependencies: ["C360", "C360Display"]),
    // GPL-3, so the executable alone links it. No pkgConfig: its flags make SwiftPM warn.
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    .executableTarget(
      name: "c360",
      dependencies: [
        "C360", "C360Display", "C360REPL", "C360Synth", "CReadline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // Of `make bench` alone.
    .executableTarget(
      name: "c360-resident", dependencies: ["C360", "C360Columns", "C360IO"],
      path: "Benchmarks/resident"),
    .testTarget(
      name: "C360SyntaxTests", dependencies: ["C360Syntax"], exclude: ["Corpus"]),
    .testTarget(name: "C360SemanticsTests", dependencies: ["C360Semantics"]),
    .testTarget(name: "C360ModelsTests", dependencies: ["C360Models"]),
    .testTarget(name: "C360DiagnosticsTests", dependencies: ["C360Diagnostics"]),
    .testTarget(name: "C360DisplayTests", dependencies: ["C360Display"]),
    .testTarget(name: "C360LoweringTests", dependencies: ["C360"]),
    .testTarget(name: "C360Tests", dependencies: ["C360"]),
    .testTarget(name: "C360REPLTests", dependencies: ["C360REPL"]),
    .testTarget(name: "CommandTests", dependencies: ["c360"]),
    .testTarget(name: "DocumentationTests", dependencies: ["C360", "C360Display", "C360REPL"]),
    .testTarget(name: "C360ColumnsTests", dependencies: ["C360Columns", "CArrowABI"]),
    .target(
      name: "C360Fuzz", dependencies: ["C360", "C360Reference", "CKernels"],
      path: "Tests/C360Differential/Fuzz"),
    .executableTarget(
      name: "c360-fuzz",
      dependencies: [
        "C360Fuzz", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/C360Differential/Run"),
    .testTarget(
      name: "C360DifferentialTests", dependencies: ["C360", "C360Fuzz", "C360Reference"],
      path: "Tests/C360Differential/Tests"),
    .testTarget(name: "C360ReferenceTests", dependencies: ["C360Reference", "C360Syntax"]),
    .testTarget(name: "C360SynthTests", dependencies: ["C360Synth"]),
    .testTarget(name: "C360AllocationTests", dependencies: ["C360Allocation", "CKernels"]),
    .testTarget(name: "C360DecisionsTests", dependencies: ["C360Decisions"]),
    .testTarget(
      name: "C360TimelineTests", dependencies: ["C360Engine", "C360Reference", "CKernels"]),
    .testTarget(name: "C360EngineTests", dependencies: ["C360Engine"]),
    .testTarget(
      name: "C360IOTests", dependencies: ["C360IO"] + (withArrow ? ["C360Arrow"] : []),
      swiftSettings: withArrow ? [.define("C360_ARROW")] : []),
  ] + arrowTargets,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
